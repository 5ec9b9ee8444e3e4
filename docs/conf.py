"""Sphinx's settings for the site that `make docs` builds; `build.py` gathers the pages."""

from wsed import __version__

project = "wsed"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
html_theme = "furo"
html_title = "wsed"
# Nothing is loaded from elsewhere when a page is read.
html_theme_options = {"footer_icons": []}
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
# Fields of a dataclass are listed once, in its docstring.
napoleon_use_ivar = True
# Docstrings of Lightning and torch belong to their own sites.
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "show-inheritance": True}
python_maximum_signature_line_length = 100
myst_heading_anchors = 3
# Docstrings name parameters, classes and code in single backticks, as Markdown does.
default_role = "code"
# Two modules may have a class of the same name, which a short annotation does not tell apart.
suppress_warnings = ["ref.python"]
