"""Word vectors: read from every usual file, looked up, trained on plain text, grouped into clusters."""

from bionym.vectors.lookup import Rows as Rows
from bionym.vectors.lookup import every_form as every_form
from bionym.vectors.lookup import lookup as lookup
from bionym.vectors.reading import read as read
from bionym.vectors.table import WordVectors as WordVectors
from bionym.vectors.writing import write as write
