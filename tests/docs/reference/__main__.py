"""`python -m tests.docs.reference`: write the pages of the reference anew, from the code."""

from tests.docs.reference.pages import PAGES
from tests.docs.reference.words import FOLDER

for name, page in PAGES.items():
    (FOLDER / name).write_text(page(), encoding="utf-8")
