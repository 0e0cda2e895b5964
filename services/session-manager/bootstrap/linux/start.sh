#!/bin/bash
# Prepares the host of a Deskfleet desktop. Run once, as root, by cloud-init; running it again changes nothing.
# Made of the parts in services/session-manager/bootstrap/linux; main.sh says what happens, in order.
set -Eeuo pipefail

# deskfleet:values

# A value as text. Values come as base64: whatever they contain, they are data.
value() {
  local name="DESKFLEET_$1"
  printf '%s' "${!name}" | base64 -d
}

owner=$(value OWNER)
session_type=$(value SESSION_TYPE)
gpu=$(value GPU)
region=$(value REGION)
host_accounts=$(value HOST_ACCOUNTS)
state=/var/lib/deskfleet
