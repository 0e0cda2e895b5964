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

# What later boots, and commands over SSM, need to know.
install -d -m 0755 /etc/deskfleet
{
  printf 'DESKFLEET_SESSION_ID=%q\n' "$session_id"
  printf 'DESKFLEET_DCV_SESSION_ID=%q\n' "$dcv_session_id"
  printf 'DESKFLEET_OWNER=%q\n' "$owner"
  printf 'DESKFLEET_SESSION_TYPE=%q\n' "$session_type"
} > /etc/deskfleet/session.env

id -u "$owner" > /dev/null 2>&1 || useradd --create-home -- "$owner"

cat > /etc/dcv/dcv.conf << CONF
[security]
auth-token-verifier="$verifier"
[connectivity]
web-url-path="$web_url_path"
idle-timeout=0
CONF

# A DCV session does not outlive a shutdown, and this script runs at the first boot only.
cat > /usr/local/sbin/deskfleet-create-session << 'SCRIPT'
#!/bin/bash
set -euo pipefail
. /etc/deskfleet/session.env
until dcv list-sessions > /dev/null 2>&1; do sleep 1; done
dcv describe-session "$DESKFLEET_DCV_SESSION_ID" > /dev/null 2>&1 ||
  dcv create-session --type "$DESKFLEET_SESSION_TYPE" --owner "$DESKFLEET_OWNER" --user "$DESKFLEET_OWNER" \
    "$DESKFLEET_DCV_SESSION_ID"
SCRIPT
chmod 0755 /usr/local/sbin/deskfleet-create-session

cat > /etc/systemd/system/deskfleet-session.service << 'UNIT'
[Unit]
Description=DCV session of the Deskfleet desktop
Requires=dcvserver.service
After=dcvserver.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/deskfleet-create-session

[Install]
WantedBy=multi-user.target
UNIT

systemctl daemon-reload
systemctl enable --now dcvserver
systemctl enable deskfleet-session
systemctl start --no-block deskfleet-session
