#!/bin/sh
# For dash and bash alike; README.md in services/session-manager/permissions describes it.
# deskfleet:values
set -eu
LC_ALL=C
export LC_ALL

# A value as text. Values come as base64: whatever they contain, they are data.
value() { printf '%s' "$1" | base64 -d; }

# A DCV server that hangs may not hold up the answer; descriptor 9 may be a lock.
bounded() {
  if command -v timeout > /dev/null; then timeout -k 5 20 "$@" 9>&-; else "$@" 9>&-; fi
}

session=$(value "$DESKFLEET_DCV_SESSION_ID")

# Who is connected. What a client says of itself may be of any length, and SSM keeps 24,000 characters of the output.
list_connections() {
  connections=$(bounded dcv list-connections "$session" --json)
  printf '%s\n' "$connections" | sed -E 's/("user-agent" *: *)"([^"\\]|\\.)*"/\1""/g'
}
