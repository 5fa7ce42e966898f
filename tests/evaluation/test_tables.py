import csv
import io
from typing import Any

import pytest

from bionym.evaluation.tables import CSV_HEADER, markdown, number_of_decimals, plain
from bionym.evaluation.tables import csv as as_csv
from bionym.tables import shorten


def values(right: float, spurious: float, missed: float, f1: list[float] | None = None) -> dict[str, Any]:
    return {
        "precision": right / (right + spurious),
        "recall": right / (right + missed),
        "f1": 2 * right / (2 * right + spurious + missed),
        "support": right + missed,
        "predicted": right + spurious,
        "true_positives": right,
        "false_positives": spurious,
        "false_negatives": missed,
        "interval": f1 and {"precision": [0.7, 0.9], "recall": None, "f1": f1},
    }


def made(label: str = "Disease", between: list[float] | None = None) -> dict[str, Any]:
    table = {
        "micro": values(1000, 250, 500, between),
        "macro": {"precision": 0.8, "recall": 2 / 3, "f1": 8 / 11, "interval": None},
        "labels": {label: values(1000, 250, 500, between)},
        "bootstrap": between and {"level": 0.95, "resamples": 10_000, "unit": "document", "units": 500},
    }
    return {"documents": 500, "metrics": {"strict": table}}


SLICES = {"length": [{"slice": "1 token", **values(3, 1, 1)}, {"slice": "2 tokens", **values(1.5, 0.5, 0.5)}]}


def test_plain_table_ends_with_the_averages() -> None:
    assert plain(made(between=[0.7, 0.75])) == (
        "strict: 500 documents\n"
        "\n"
        "label       P     R     F1   interval   gold  predicted\n"
        "-------------------------------------------------------\n"
        "Disease  80.0  66.7  72.73  70.0-75.0  1,500      1,250\n"
        "micro    80.0  66.7  72.73  70.0-75.0  1,500      1,250\n"
        "macro    80.0  66.7  72.73\n"
        "\n"
        "interval: 95 % of F1, from 10,000 resamples of 500 documents\n"
    )


def test_without_intervals_there_is_no_column_for_them() -> None:
    assert plain({**made(), "slices": SLICES}).split("\n\n")[2:] == [
        "length",
        "slice        P     R     F1  gold  predicted\n"
        "--------------------------------------------\n"
        "1 token   75.0  75.0  75.00     4          4\n"
        "2 tokens  75.0  75.0  75.00     2          2\n",
    ]


@pytest.mark.parametrize(("between", "expected"), [(None, 1), ([0.7, 0.75], 1), ([0.721, 0.729], 2)])
def test_digits_follow_the_width_of_the_interval(between: list[float] | None, expected: int) -> None:
    assert number_of_decimals(made(between=between)["metrics"]["strict"]) == expected


def test_narrow_intervals_have_two_decimals() -> None:
    assert "Disease  80.00  66.67  72.73  72.10-72.90  1,500" in plain(made(between=[0.721, 0.729]))


@pytest.mark.parametrize("label", ["Therapeutic_or_Preventive_Procedure_" * 3, "医" * 90, "x"])
def test_plain_lines_fit_80_columns(label: str) -> None:
    from rich.cells import cell_len

    lines = plain(made(label, [0.721, 0.729])).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert len({cell_len(line) for line in lines[4:6]}) == 1


def test_long_names_keep_both_ends() -> None:
    assert shorten("Sign_or_Symptom_absent", 12) == "Sign_o…bsent"
    assert shorten("short", 12) == "short"


def test_markdown_escapes_what_would_end_a_cell() -> None:
    told = markdown(made("a|b_*<i>"))
    assert told == (
        "**strict: 500 documents**\n"
        "\n"
        "| label | P | R | F1 | gold | predicted |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| a\\|b\\_\\*\\<i\\> | 80.0 | 66.7 | 72.73 | 1,500 | 1,250 |\n"
        "| micro | 80.0 | 66.7 | 72.73 | 1,500 | 1,250 |\n"
        "| macro | 80.0 | 66.7 | 72.73 |  |  |\n"
    )


def test_csv_holds_every_row_in_full_precision() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv({**made('a,"b"\n', [0.7, 0.75]), "slices": SLICES}))))
    assert tuple(rows[0]) == CSV_HEADER
    assert [(row["metric"], row["group"], row["name"]) for row in rows] == [
        ("strict", "label", 'a,"b"\n'),
        ("strict", "average", "micro"),
        ("strict", "average", "macro"),
        ("", "length", "1 token"),
        ("", "length", "2 tokens"),
    ]
    assert float(rows[0]["f1"]) == 2000 / 2750
    assert (rows[0]["f1_low"], rows[0]["f1_high"], rows[0]["recall_low"]) == ("0.7", "0.75", "")
    assert (rows[2]["support"], rows[4]["true_positives"]) == ("", "1.5")


def test_no_entities_make_no_rows_of_labels() -> None:
    nothing = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0, "predicted": 0}
    told = plain({"documents": 1, "metrics": {"strict": {"micro": nothing, "labels": {}}}})
    assert told.startswith("strict: 1 document\n") and told.endswith("micro  0.0  0.0  0.00     0          0\n")


def test_every_table_names_the_protocol() -> None:
    protocols = {"strict": {"fingerprint": "8e61c77fde746016", "metric": "strict", "version": 1, "split": "test"}}
    report = {**made(), "protocols": protocols}
    assert "protocol: 8e61c77fde746016 (strict 1, test)" in plain(report)
    assert "8e61c77fde746016" in markdown(report)
    rows = list(csv.DictReader(io.StringIO(as_csv(report))))
    assert {row["fingerprint"] for row in rows} == {"8e61c77fde746016"}


@pytest.mark.parametrize("label", ["=cmd()|'/C calc'!A0", "@SUM(1)", "+1+1", "-2", "\t=1", "\r=1", " =1"])
def test_no_label_is_a_formula_in_csv(label: str) -> None:
    slices = {"length": [{**SLICES["length"][0], "slice": label}]}
    rows = list(csv.reader(io.StringIO(as_csv({**made(label), "slices": slices}), newline="")))
    assert len(rows) == 5 and {len(row) for row in rows} == {len(CSV_HEADER)}
    assert rows[1][2].startswith("'") and rows[4][2].startswith("'")
