"""What all tests share."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.fetching import WAY


@pytest.fixture(scope="module", params=["plain", "fast"])
def way(request):
    """Fetch over httpx alone, and over aiohttp where the extra for it is installed."""
    if request.param == "fast" and find_spec("httpx_aiohttp") is None:
        pytest.skip("the extra fast is not installed")
    WAY["fast"] = request.param == "fast"
    yield request.param
    WAY["fast"] = False
