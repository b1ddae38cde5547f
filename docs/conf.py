"""How Sphinx builds these pages: `make docs`, or `sphinx-build docs OUT`."""

from importlib.metadata import version as version_of

project = "supportsla"
author = "the supportsla authors"
version = release = version_of(project)

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "py:obj"  # single backticks in docstrings name Python objects
add_module_names = False
maximum_signature_line_length = 100
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Attributes", "params_style")]  # one list, as arguments are; may name several at once
myst_heading_anchors = 3

html_theme = "furo"
html_title = "supportsla"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False


def shorten(_app, _what, _name, _object, _options, signature, returned):
    """Write an empty schedule as what a caller would write."""
    return (signature or "").replace("Dates(named=())", "()") or None, returned


def setup(app):
    """Register what autodoc calls for each signature."""
    app.connect("autodoc-process-signature", shorten)
