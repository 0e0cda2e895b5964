#!/bin/bash
# Prepares the host of a Deskfleet desktop: DCV asks token-service about every connection, and serves the session of its
# owner. Runs once, as root, by cloud-init.
set -euo pipefail

# deskfleet:values

decode() { printf '%s' "$1" | base64 -d; }
session_id=$(decode "$DESKFLEET_SESSION_ID")
dcv_session_id=$(decode "$DESKFLEET_DCV_SESSION_ID")
owner=$(decode "$DESKFLEET_OWNER")
verifier=$(decode "$DESKFLEET_AUTH_TOKEN_VERIFIER")
session_type=$(decode "$DESKFLEET_SESSION_TYPE")
token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
address=$(curl -sf -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/local-ipv4)
web_url_path=$(decode "$DESKFLEET_WEB_URL_PATH")
web_url_path=${web_url_path//'{host}'/$address}

# What later commands over SSM need to know.
install -d -m 0755 /etc/deskfleet
{
  printf 'DESKFLEET_SESSION_ID=%q\n' "$session_id"
  printf 'DESKFLEET_DCV_SESSION_ID=%q\n' "$dcv_session_id"
} > /etc/deskfleet/session.env

id -u "$owner" > /dev/null 2>&1 || useradd --create-home -- "$owner"

cat > /etc/dcv/dcv.conf << CONF
[security]
auth-token-verifier="$verifier"
[connectivity]
web-url-path="$web_url_path"
idle-timeout=0
CONF

systemctl enable --now dcvserver
dcv create-session --type "$session_type" --owner "$owner" --user "$owner" "$dcv_session_id"
