# SPDX-License-Identifier: Apache-2.0
"""Checks every request of a receiver's log as a user of Standard Webhooks would.

    verify.py LOG SECRET
"""

import base64
import json
import sys

from standardwebhooks.webhooks import Webhook

webhook = Webhook(sys.argv[2])
for line in open(sys.argv[1]):
    request = json.loads(line)
    payload = webhook.verify(base64.b64decode(request["body"]), request["headers"])
    print("verified", payload["type"], payload["data"]["id"])
