"""What all tests share."""

from __future__ import annotations

import signal
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

from tests.fetching import WAY

# A slow machine is no failure of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell script that starts pytest with & has it ignore Ctrl-C, and with it every program that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val):
    """Name a case by how long its bytes are: what is in them may hold the time, and processes would disagree."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="module", params=["plain", "fast"])
def way(request):
    """Fetch over httpx alone, and over aiohttp where the extra for it is installed."""
    if request.param == "fast" and find_spec("httpx_aiohttp") is None:
        pytest.skip("the extra fast is not installed")
    WAY["fast"] = request.param == "fast"
    yield request.param
    WAY["fast"] = False
