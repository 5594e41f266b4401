"""The example of a client runs as it stands, against a server that listens on a port, with a worker beside it."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World
from tests.support.samples import jpeg, patches, square
from tests.support.worker import run_waiting_jobs

EXAMPLE = Path(cast.__file__).parents[1] / "docs" / "api" / "client_example.py"


@pytest.fixture
def example() -> Any:
    spec = importlib.util.spec_from_file_location("client_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Jobs are done as they come."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.2):
            run_waiting_jobs()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_the_example_runs(
    world: World, caller: Callable[..., Caller], live_server: Any, worker: None, example: Any, tmp_path: Path
) -> None:
    x, y = world.place_of(cast.SUCUN)
    (tmp_path / "patches.geojson").write_bytes(patches([square(x, y)], JCBH=["EX-1"]))
    photos = []
    for number in range(2):
        photo = tmp_path / f"photo{number}.jpg"
        photo.write_bytes(jpeg(lon=x, lat=y, azimuth=0.0, taken_at=world.clock.now, seed=f"example {number}"))
        photos.append(photo)
    bureau, township = caller(cast.BUREAU_OFFICER), caller(cast.TOWNSHIP_OFFICER)
    found = example.main(live_server.url, bureau.token, township.token, tmp_path / "patches.geojson", photos)
    assert found["state"] == "in_review"
    assert [entry.door for entry in world.entries(found["id"])] == ["job", "api", "api"]


def test_the_example_tells_a_refusal(
    world: World, caller: Callable[..., Caller], live_server: Any, example: Any
) -> None:
    client = example.Client(live_server.url, caller(cast.TOWNSHIP_OFFICER).token)
    with pytest.raises(example.Refused, match="401 token"):
        example.Client(live_server.url, "qs_wrong").get("/me")
    with pytest.raises(example.Refused, match="403 role"):
        client.get("/batches")
