"""The tables, letter by letter."""

from typing import Any

from bionym.benchmark import tables


def values(f1: float, low: float = 0.0, high: float = 0.0, deviation: float = 0.0) -> dict[str, Any]:
    return {
        **{"precision": 0.9, "recall": 0.8, "f1": f1, "support": 10, "predicted": 9},
        "interval": {name: [low, high] for name in tables.VALUES} if high else None,
        "deviation": dict.fromkeys(tables.VALUES, deviation) if deviation else None,
    }


def row(tested: str, micro: dict[str, Any], trained: str = "A", system: str = "crf") -> dict[str, Any]:
    return {
        **{"system": system, "trained_on": [trained], "protocol": "train", "tested_on": tested, "split": "test"},
        **{"metric": "strict", "seeds": [1], "micro": micro, "macro": values(0.5), "labels": {"Disease": values(0.75)}},
        **{"training": {"documents": 3, "tokens": 50, "cpu_seconds": 1.5}, "documents": 2, "tokens": 20},
        **{
            "cpu_seconds": 0.1,
            "peak_memory_mib": 99,
            "shared": {"documents": 1, "sentences": None},
            "fingerprint": "f0",
        },
    }


def results(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Title", "plan": "plan", "bionym": "0", "rows": rows, "notes": ["A note."]}


def test_each_corpus_on_itself_is_a_list() -> None:
    assert tables.plain(results(row("A", values(0.85251, 0.831, 0.8725)))) == (
        "system  corpus  protocol     P     R     F1       95 %\n"
        "------------------------------------------------------\n"
        "crf     A       train     90.0  80.0  85.25  83.1-87.2\n"
        "\n"
        "A note.\n"
    )


def test_corpora_on_others_are_a_matrix() -> None:
    found = results(
        row("A", values(0.85, 0.83, 0.87)), row("B", values(0.5)), row("B", values(0.6, deviation=0.012), "B")
    )
    assert tables.plain(found) == (
        "system  trained on  protocol                  A             B\n"
        "-------------------------------------------------------------\n"
        "crf     A           train     85.00 (83.0-87.0)         50.00\n"
        "crf     B           train                        60.00 ± 1.20\n"
        "\n"
        "A note.\n"
    )


def test_wide_tables_are_cut_at_80_columns() -> None:
    names = [f"corpus-{number}" for number in range(5)]
    text = tables.plain(results(*(row(name, values(0.85, 0.83, 0.87, 0.01)) for name in names)))
    assert max(map(len, text.splitlines())) <= 80
    assert all(name in text for name in names)
    assert text.count("trained on") > 1


def test_long_names_are_cut_where_80_columns_do_not_hold_them() -> None:
    long = "a corpus with a name that nobody would ever give to one"
    text = tables.plain(
        results(row(long, values(0.85, 0.83, 0.87, 0.01), trained=long), row("B", values(0.5), trained=long))
    )
    assert max(map(len, text.splitlines())) <= 80
    assert "a corpus…to one" in text.replace(" …", "…").replace("… ", "…")


def test_markdown_holds_the_whole_table() -> None:
    assert tables.markdown(results(row("A_1", values(0.85)), row("B", values(0.5)))) == (
        "# Title\n\n"
        "| system | trained on | protocol | A\\_1 | B |\n"
        "| --- | --- | --- | ---: | ---: |\n"
        "| crf | A | train | 85.00 | 50.00 |\n\n"
        "- A note.\n\n"
        "Made by bionym 0 from the plan `plan`.\n"
    )


def test_csv_holds_every_label_in_full_precision() -> None:
    lines = tables.csv(results(row("A", values(0.123456789, 0.1, 0.2, 0.01)))).splitlines()
    assert lines[0].split(",") == list(tables.CSV_HEADER)
    assert lines[1].startswith(
        "crf,A,train,A,test,strict,Disease,1,0.9,0.8,0.75,,,,,,,,,,10,9,3,50,1.5,2,20,0.1,99,1,,f0"
    )
    assert lines[2].startswith(
        "crf,A,train,A,test,strict,micro,1,0.9,0.8,0.123456789,0.1,0.2,0.1,0.2,0.1,0.2,0.01,0.01,0.01,"
    )
    assert len(lines) == 4


def test_several_metrics_are_several_tables() -> None:
    text = tables.plain(results(row("A", values(0.5)), {**row("A", values(0.75)), "metric": "overlap"}))
    assert text.index("strict\n\nsystem") < text.index("50.00") < text.index("overlap\n\nsystem") < text.index("75.00")
