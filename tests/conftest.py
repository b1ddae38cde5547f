"""How the tests run: fewer examples while developing, more with `--hypothesis-profile=thorough`."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "default",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=3000)
settings.register_profile("faults", settings.get_profile("default"), phases=(Phase.explicit, Phase.generate))
settings.load_profile("default")


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root folder."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared(project: Path) -> Path:
    """The folder of shared facts and data, beside the project or where SUPPORTSLA_SHARED says."""
    folder = Path(os.environ.get("SUPPORTSLA_SHARED", project.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared folder at {folder}")
    return folder


NEEDED = {"icalendar": ["test_ics.py"], "numpy": ["test_sql.py", "test_vector_agreement.py"]}
LEFT_OUT = {package: files for package, files in NEEDED.items() if find_spec(package) is None}
collect_ignore = [file for files in LEFT_OUT.values() for file in files]


def pytest_report_header() -> list[str]:
    """What is not even read where an extra is not installed."""
    return [f"left out, as {package} is not installed: {', '.join(files)}" for package, files in LEFT_OUT.items()]
