"""How a Python suite reports: one JSON line for each check, which python-environment.mjs reads."""

import json


def report(name, passed, detail=""):
    print(json.dumps({"name": name, "passed": passed, "detail": str(detail)[:2000]}), flush=True)
