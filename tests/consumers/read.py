# As read.js does it, with PyYAML.
import base64
import json
import sys

import yaml


def answer(file):
    try:
        return {"variables": yaml.safe_load(base64.b64decode(file))}
    except yaml.YAMLError as e:
        return {"error": str(e)}


sys.stdout.write(json.dumps([answer(file) for file in json.load(sys.stdin)]))
