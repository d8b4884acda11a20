"""Runs scim2-tester against the service whose URL and token are given."""

import sys

from check import report
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

# A deviation from a SHOULD and a skipped check count as failures too: what is accepted of them is an exception by name.
PASSED = (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE)


def name_of(result):
    urn = result.data.get("urn") if isinstance(result.data, dict) else None
    return " ".join(part for part in (result.resource_type, result.title, urn) if part)


url, token = sys.argv[1:]
# Without the proxy that the environment may name: the service is on this machine.
with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
    for result in check_server(SyncSCIMClient(http)):
        report(name_of(result), result.status in PASSED, f"{result.status.name} {result.reason}")
