#!/usr/bin/env python3
"""Example of a program that works with Qingshan: hand in a file of patches, then sign for a lead and verify it.

Only Python's standard library. Two tokens are needed, made on the page 我的令牌: one of the bureau (batches:write,
batches:read) and one of the township (leads:read, leads:write, files:write).

    python client_example.py http://127.0.0.1:8000 "$BUREAU_TOKEN" "$TOWNSHIP_TOKEN" patches.geojson photo.jpg photo2.jpg
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any


class Refused(Exception):
    """The service said no: `problem` holds status, code, detail, errors and missing."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']} {problem['missing']}")
        self.problem = problem


class Client:
    """One token and what it can do."""

    def __init__(self, server: str, token: str) -> None:
        self.root, self.token = f"{server.rstrip('/')}/api/v1", token

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        """One call; waits when the limit is reached or the service is busy."""
        headers["Authorization"] = f"Bearer {self.token}"
        while True:
            request = urllib.request.Request(self.root + path, data=body, headers=headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                problem = json.load(error)
                wait = error.headers.get("Retry-After")
                if wait is None:
                    raise Refused(problem) from None
                time.sleep(int(wait))

    def get(self, path: str, **query: str) -> Any:
        """Read."""
        return self.call("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def act(self, path: str, content: object = None) -> Any:
        """Act. The key makes it safe to send the call again when the answer got lost."""
        body = b"" if content is None else json.dumps(content).encode()
        key = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        return self.call("POST", path, body, **key)

    def upload_batch(self, file: Path, **told: str) -> Any:
        """Hand in a file as the body of the call, without loading it into a form."""
        query = urllib.parse.urlencode({"file_name": file.name, **told})
        headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": str(uuid.uuid4())}
        return self.call("POST", f"/batches/raw?{query}", file.read_bytes(), **headers)["batch"]

    def upload_photo(self, file: Path) -> str:
        """Upload evidence; gives its id."""
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return str(self.call("POST", "/files", body, **kind)["id"])

    def wait(self, job: dict[str, Any], seconds: float = 120) -> dict[str, Any]:
        """Wait for a job to end."""
        end = time.monotonic() + seconds
        while job["state"] in ("waiting", "running"):
            if time.monotonic() > end:
                raise TimeoutError(job["title"])
            time.sleep(0.5)
            job = self.get(f"/jobs/{job['id']}")
        if job["state"] == "failed":
            raise RuntimeError(job["message"])
        return job


def main(server: str, bureau_token: str, township_token: str, patches: Path, photos: list[Path]) -> dict[str, Any]:
    """The whole way; returns the lead as it stands at the end."""
    bureau, township = Client(server, bureau_token), Client(server, township_token)

    batch = bureau.upload_batch(patches, name="示例批次", channel="province-patch")
    print(bureau.wait(batch["job"])["message"])
    batch = bureau.act(f"/batches/{batch['id']}/accept")["batch"]
    print(bureau.wait(batch["job"])["message"])

    [lead, *_] = township.get("/leads", batch=batch["id"], state="dispatched")["leads"]
    print(lead["number"], lead["village"], lead["due_at"])
    lead = township.act(f"/leads/{lead['id']}/receive")
    form = {
        "verdict": "substantiated",
        "persons": ["演示·甲", "演示·乙"],
        "visited_at": lead["state_since"],  # here the moment of signing; a real program says when somebody was there
        "lon": lead["lon"],
        "lat": lead["lat"],
        "finding": "现场有采坑一处（示例）",
        "photos": [{"file_id": township.upload_photo(p), "direction": "near"} for p in photos],
    }
    found: dict[str, Any] = township.act(f"/leads/{lead['id']}/verify", form)
    print(found["number"], found["state"])
    return found


if __name__ == "__main__":
    main(*sys.argv[1:4], Path(sys.argv[4]), [Path(name) for name in sys.argv[5:]])
