"""Words that change what a full stop after them, or a capital letter after that, means.

Abbreviations stand in lower case and without their last full stop.
"""

import re


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


TITLES = _words("dr drs mr mrs ms")  # a name follows
AMBIGUOUS_TITLES = frozenset({"MR", "MS"})  # mitral regurgitation, multiple sclerosis

# What follows belongs to them, whatever its case; written in capitals they are something else (`CA`, `ST`).
POINTERS = _words(
    "approx ca cf dept e.g eg eq eqn eqs et fig figs ft i.e ie messrs mt natl nos pp prof ref refs sect ssp st subsp "
    "univ v viz vol vs"
)

# A number after them belongs to them.
BEFORE_A_NUMBER = _words("apr art aug ch dec feb jan jul jun mar no nov oct p sec sep sept suppl")

# They end one neither before what is written in capitals nor before a number: `Synechocystis sp. PCC 6803`, `mod. MR`.
BEFORE_CAPITALS = _words(
    "aff ant bilat bv ctr gen inf lat mod n nov poss post prob sev sp spp ssp strep subsp unspec var"
)

# A name belongs to them, capitalised as it is: `S. enterica sv. Typhi`, `cv. Micro-Tom`.
BEFORE_A_TAXON = _words("biov cv pv ser serov str sv")

# A letter, a letter with a number, or a Roman number belongs to them: `Hep. B`, `Vit. B12`, `fac. VIII`.
BEFORE_A_DESIGNATION = _words(
    "ag cat chap cl fac fact gp gr grp hem hep ig imm infl mech para parainfl pos ser st subgr subtyp typ vit"
)
DESIGNATION = re.compile(r"(?:[A-Z](?:[-/]?\d{1,3}[a-z]?)?(?:[,/&+-][A-Z]\d{0,2})*|[IVX]{1,5})[,;:)\]]*\.?")

# They end a sentence only where a capital letter follows.
SHORT_FORMS = _words(
    "abd al bid cap caps co cont corp dx etc ext fx hr hrs ht hx inc inj int jr ltd max min mins mo mos pt pts qid "
    "resp rx sec secs sol soln sp spp sr susp sx tab tabs temp tid tx var wk wks wt yr yrs"
)
DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")  # p.o, b.i.d, U.S

# Capitalised, they are the first word of a sentence and no name.
STARTERS = _words(
    "a after all although an and as at background both but conclusion conclusions during for from furthermore he her "
    "here his however if in it its methods moreover no on one our patient patients results she since that the their "
    "there therefore these they this those three thus to two we when while with"
)

# Around a single capital: `group B.` can end a sentence, in `by B.` a name begins.
BEFORE_A_LETTER = _words(
    "arm case class domain factor grade group hepatitis kappa patient protein site stage type vitamin"
)
BEFORE_A_NAME = _words("and by dr for from in mr of to with")

# Names that begin in lower case, even a sentence: p53, mRNA, c-fos, beta-catenin.
LOWER_CASE_NAME = re.compile(r"[a-z]{1,4}[A-Z0-9]|[a-z]-[A-Za-z]|[α-ω]-|(?:alpha|beta|gamma|delta|kappa)(?![a-z])")
