"""A store behind a link that lets nothing through: whatever is asked of it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rl4real_data.cluster import store as store_module
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from tests.integration.cluster_hosts import BUCKET
from tests.integration.link import Link

pytestmark = [
    pytest.mark.large,
    pytest.mark.timeout(120),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto"),
]
ASKED: dict[str, Callable[[Store], object]] = {
    "cannot write a: no answer": lambda store: store.write("a", b"two"),
    "cannot read a: ": lambda store: store.read("a"),
    "cannot list parts: ": lambda store: store.names("parts"),
    "cannot delete a: ": lambda store: store.remove("a"),
}


@pytest.mark.parametrize("words", ASKED)
def test_a_silent_store_is_given_up(s3: str, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """A write, too, in front of which a client asks whether it is wanted; and it goes on where the link is mended."""
    config = {"connect_timeout": 1, "read_timeout": 1, "retries": {"max_attempts": 0, "mode": "standard"}}
    monkeypatch.setattr(store_module, "_S3", {"config_kwargs": config})
    monkeypatch.setattr(store_module, "_SILENT_S", 2.0)
    with Link(int(s3.rpartition(":")[2])) as link:
        settings = {"ENDPOINT_URL": f"http://127.0.0.1:{link.port}", "DEFAULT_REGION": "us-east-1"}
        for name, value in {**settings, "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        store = Store(f"s3://{BUCKET}/silent")
        store.write("a", b"one")
        link.cut()
        with pytest.raises(StoreError, match=words):
            ASKED[words](store)
        link.mend()
        store.write("a", b"three")

        assert store.read("a") == b"three"
