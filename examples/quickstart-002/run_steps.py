"""Runs the guide's Python programs one after the other in one namespace, since step 3 goes on with the session of step 2.

Reads a JSON line {"program", "api_key"} per step from stdin; writes one with the answers, or the error, to stdout.
"""

import json
import os
import sys
import traceback
from urllib.parse import urlsplit

import requests

answers = []
send = requests.Session.send


def send_and_record(session, request, **options):
    response = send(session, request, **options)
    answers.append(
        {
            "method": request.method,
            "path": urlsplit(request.url).path,
            "status": response.status_code,
            "headers": {name.lower(): value for name, value in response.headers.items()},
            "text": response.text,
        }
    )
    return response


requests.Session.send = send_and_record
names = {"__name__": "__main__"}
for line in sys.stdin:
    step = json.loads(line)
    if step["api_key"]:
        os.environ["API_KEY"] = step["api_key"]
    answers.clear()
    try:
        exec(compile(step["program"], "<the guide>", "exec"), names)
        print(json.dumps({"answers": answers}), flush=True)
    except Exception:
        print(json.dumps({"error": traceback.format_exc()}), flush=True)
