"""English nouns: the singular of a plural, and the plural of a singular.

The words are those of table names, so no word may come out that is none. An ending is taken off
only where the words that have it are plurals; a word that may be a singular (`status`, `saas`)
stays as it is. The sets hold what no rule tells; all words are lower-case.
"""

from __future__ import annotations

from functools import cache

# Words that are their own plural, whose singular is not in use, or that are acronyms in s.
_INVARIANT = frozenset(
    "acoustics advice aerobics aircraft always analytics athletics aws barracks bellows biceps "
    "binoculars bison cattle chassis clothes corps cors cosmos css customs data deer devops "
    "diabetes dice dns dynamics economics electronics equipment ethics faas feedback fish "
    "forensics furniture gallows genetics goods gps graphics gymnastics hardware headquarters "
    "hertz homework https hydraulics iaas info informatics information innings ios jeans js "
    "kinetics kubernetes kudos linguistics logistics luggage macos mathematics means measles "
    "media merchandise metadata molasses money moose mumps music news offspring optics os paas "
    "pajamas pants pediatrics phonetics physics pliers politics pos postgres preferences "
    "premises previous progress rabies redis remains robotics rss saas sales salmon scissors "
    "semantics series settings sheep shorts shrimp sms software spacecraft species sql staff "
    "statistics summons sunglasses surroundings swine telematics tennis thanks thermodynamics "
    "tls tongs triceps trousers trout tvos tweezers watchos xss".split()
)
# Singulars in s: those in ss, us, is and aas stay by their ending.
_SINGULAR_S = frozenset(
    "alias asbestos atlas bias canvas chaos christmas ethos gas has lens mars mas minibus nas "
    "pancreas pathos rhinoceros texas thermos vegas was yes".split()
)
_SINGULAR = {
    "abaci": "abacus",
    "addenda": "addendum",
    "alumni": "alumnus",
    "apices": "apex",
    "appendices": "appendix",
    "aquaria": "aquarium",
    "auditoria": "auditorium",
    "automata": "automaton",
    "axes": "axis",
    "bacilli": "bacillus",
    "bacteria": "bacterium",
    "cacti": "cactus",
    "calculi": "calculus",
    "children": "child",
    "codices": "codex",
    "compendia": "compendium",
    "consortia": "consortium",
    "corpora": "corpus",
    "cortices": "cortex",
    "criteria": "criterion",
    "curricula": "curriculum",
    "dormice": "dormouse",
    "emporia": "emporium",
    "errata": "erratum",
    "extrema": "extremum",
    "feet": "foot",
    "fezzes": "fez",
    "foci": "focus",
    "fungi": "fungus",
    "geese": "goose",
    "genera": "genus",
    "gymnasia": "gymnasium",
    "helices": "helix",
    "hippopotami": "hippopotamus",
    "honoraria": "honorarium",
    "indices": "index",
    "lice": "louse",
    "loci": "locus",
    "matrices": "matrix",
    "maxima": "maximum",
    "memoranda": "memorandum",
    "men": "man",
    "mice": "mouse",
    "millennia": "millennium",
    "minima": "minimum",
    "moduli": "modulus",
    "momenta": "momentum",
    "moratoria": "moratorium",
    "nuclei": "nucleus",
    "octopi": "octopus",
    "optima": "optimum",
    "ova": "ovum",
    "oxen": "ox",
    "papyri": "papyrus",
    "passersby": "passerby",
    "people": "person",
    "phenomena": "phenomenon",
    "phyla": "phylum",
    "pickaxes": "pickaxe",
    "planetaria": "planetarium",
    "podia": "podium",
    "polyhedra": "polyhedron",
    "quanta": "quantum",
    "quizzes": "quiz",
    "radii": "radius",
    "referenda": "referendum",
    "schemata": "schema",
    "spectra": "spectrum",
    "stadia": "stadium",
    "stigmata": "stigma",
    "stimuli": "stimulus",
    "strata": "stratum",
    "syllabi": "syllabus",
    "symposia": "symposium",
    "teeth": "tooth",
    "termini": "terminus",
    "thesauri": "thesaurus",
    "vertices": "vertex",
    "vortices": "vortex",
    "whizzes": "whiz",
    "women": "woman",
}
# Plurals that end other words, too: `grandchildren`, `salespeople`, `subindices`.
_ENDINGS = ("children", "people", "women", "indices", "matrices", "vertices", "criteria", "teeth")
# Words in men and man that are no men.
_NO_MEN = frozenset(
    "abdomen acumen amen bitumen foramen gluten hymen lumen omen ramen regimen semen specimen "
    "stamen yemen".split()
)
_NO_MAN = frozenset("german human ottoman roman shaman talisman".split())
# Words in ae that are singulars.
_AE = frozenset("brae reggae sundae tae vitae".split())
# Words whose f becomes a v; words in ve have theirs in both numbers.
_F = frozenset(
    "afterlife calf dwarf elf half hoof knife leaf life loaf scarf self sheaf shelf thief wharf "
    "wife wolf".split()
)
_F_ENDINGS = ("shelf", "wife", "knife", "wolf", "leaf", "loaf", "self")
# Words in ie: other plurals in ies are of words in y.
_IE = frozenset(
    "auntie bestie birdie boogie bookie bowtie brownie budgie caddie calorie collie cookie "
    "coterie cutie foodie freebie genie goalie groupie hippie homie hoodie indie junkie kiddie "
    "kilocalorie laddie lassie lingerie magpie menagerie movie necktie newbie oldie onesie "
    "patisserie pixie potpie prairie quickie reverie rookie roomie rotisserie selfie smoothie "
    "sortie sweetie talkie techie townie veggie wheelie yuppie zombie".split()
)
# Words in oe: other plurals in oes are of words in o, of which most take an s alone.
_OE = frozenset(
    "aloe canoe doe floe foe hoe horseshoe mistletoe oboe roe shoe sloe snowshoe tiptoe toe "
    "woe".split()
)
_O = frozenset(
    "buffalo cargo domino echo embargo hero mango mosquito motto potato superhero tomato tornado "
    "torpedo veto volcano".split()
)
# Words in s that take es, whose plurals look like those of words in ase, ise, nse and ose.
_ES = frozenset(
    "alias atlas bias cannabis canvas christmas gas ibis iris lens mantis metropolis pancreas "
    "pelvis penis portcullis rhinoceros tennis thermos trellis yes".split()
)
# Words in use: other plurals in uses, but for those in auses and ouses, are of words in us.
_USE = frozenset(
    "abuse accuse amuse cayuse confuse diffuse disuse excuse fuse hypotenuse infuse misuse muse "
    "overuse peruse recluse refuse reuse ruse suffuse use".split()
)
# Words in sis, whose plurals look like those of words in se; words in lysis need no list.
_SIS = frozenset(
    "antithesis apotheosis biogenesis catharsis cirrhosis crisis diagnosis ellipsis emphasis "
    "fibrosis genesis hypnosis hypothesis meiosis metamorphosis metastasis misdiagnosis mitosis "
    "nemesis neurosis oasis osmosis parenthesis photosynthesis prognosis prosthesis psychosis "
    "sclerosis symbiosis synopsis synthesis thesis thrombosis".split()
)
# Words in che; and words in ch that is a k.
_CHE = frozenset(
    "ache avalanche backache cache creche earache headache heartache moustache mustache niche "
    "pastiche psyche quiche stomachache toothache".split()
)
_HARD_CH = frozenset("czech epoch eunuch loch matriarch monarch patriarch stomach tech".split())
# Words in i and u: of other long words in is and us the s is their own. Short ones are acronyms,
# such as `apis` and `cpus`, but for these.
_I = frozenset(
    "alibi bikini bonsai broccoli chili emoji graffiti jacuzzi khaki kiwi martini maxi midi "
    "mini multi okapi origami paparazzi rabbi ravioli safari salami samurai sari semi sensei "
    "spaghetti sushi taxi tsunami wiki yeti zucchini".split()
)
_U = frozenset("bayou caribou guru haiku impromptu menu milieu submenu zebu".split())
_ACRONYM = 4  # letters, the s included
_IS = frozenset("axis ibis iris this".split())
_US = frozenset("anus bus onus opus plus pus thus".split())
# Words with a Latin plural whose English one is in use.
_ENGLISH = frozenset(
    "abacus apex auditorium calculus compendium consortium emporium extremum gymnasium "
    "honorarium maximum minimum modulus momentum moratorium optimum papyrus planetarium podium "
    "referendum thesaurus".split()
)
_PLURAL = {
    singular: plural for plural, singular in _SINGULAR.items() if singular not in _ENGLISH
} | {
    "alga": "algae",
    "alumna": "alumnae",
    "basis": "bases",
    "cactus": "cacti",
    "focus": "focuses",
    "hippopotamus": "hippopotamuses",
    "larva": "larvae",
    "memorandum": "memorandums",
    "nebula": "nebulae",
    "octopus": "octopuses",
    "schema": "schemas",
    "stadium": "stadiums",
    "vertebra": "vertebrae",
}


@cache
def singularize(word: str) -> str:
    """Return the singular of an English word; a singular stays as it is."""
    if len(word) < 3 or word in _INVARIANT or word in _SINGULAR_S:
        return word
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word.endswith(("series", "species")) and word[:-1] not in _IE:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + _SINGULAR[ending]
    if word.endswith("men") and word not in _NO_MEN:
        return f"{word[:-2]}an"
    # `larvae` and `bureaux`
    if (word.endswith("ae") and word not in _AE) or word.endswith("eaux"):
        return word[:-1]
    return _without_s(word) if word.endswith("s") else word


def _without_s(word: str) -> str:
    less = word[:-1]
    match word[-2]:
        case "s":
            return word
        case "a":
            return word if word.endswith("aas") else less
        case "i":
            return less if less in _I or (len(word) <= _ACRONYM and word not in _IS) else word
        case "u":
            plural = less in _U or less.endswith("eau")
            return less if plural or (len(word) <= _ACRONYM and word not in _US) else word
        case "e":
            return _without_es(word)
        case _:
            return less


def _without_es(word: str) -> str:
    """Take the end off a plural in es: s, es, or what became of the singular's ending."""
    less, stem = word[:-1], word[:-2]
    match word[-3]:
        case "i":
            short = len(word) < len("flies")
            return less if less in _IE or short else f"{word[:-3]}y"
        case "v":
            for singular in (f"{word[:-3]}f", f"{word[:-3]}fe"):
                if singular in _F or singular.endswith(_F_ENDINGS):
                    return singular
            return less
        case "o":
            return less if less in _OE or less.endswith("shoe") else stem
        case "x":
            return stem
        case "z":
            return stem if stem.endswith(("zz", "tz")) else less
        case "h":
            return less if less in _CHE or not stem.endswith(("ch", "sh")) else stem
        case "s":
            return _without_ses(word)
        case _:
            return less


def _without_ses(word: str) -> str:
    less, stem = word[:-1], word[:-2]
    if stem in _ES or stem.endswith("ss"):
        return stem
    if stem.endswith("lys") or f"{stem}is" in _SIS:
        return f"{stem}is"
    is_us = stem.endswith("us") and not stem.endswith(("aus", "ous", "eus"))
    return stem if is_us and less not in _USE else less


@cache
def pluralize(word: str) -> str:
    """Return the plural of an English word, which is a singular."""
    if word in _INVARIANT or word.endswith(("aas", "series", "species")):
        return word
    if len(word) < 3 and word.endswith("s"):
        return word
    if word in _PLURAL:
        return _PLURAL[word]
    for ending in _ENDINGS:
        singular = _SINGULAR[ending]
        if word.endswith(singular):
            return word.removesuffix(singular) + ending
    if word.endswith("man") and word not in _NO_MAN:
        return f"{word[:-2]}en"
    if word in _F or word.endswith(_F_ENDINGS):
        return f"{word.removesuffix('e').removesuffix('f')}ves"
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "i", "o", "u", ""):
        return f"{word[:-1]}ies"
    if word.endswith("lysis") or word in _SIS:
        return f"{word[:-2]}es"
    if word in _O or (word.endswith(("s", "x", "z", "ch", "sh")) and word not in _HARD_CH):
        return f"{word}es"
    return f"{word}s"
