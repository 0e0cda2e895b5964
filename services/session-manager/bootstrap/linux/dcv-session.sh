# A DCV session does not outlive a shutdown, and this script runs at the first boot only: a unit creates it at every boot.

# What the unit, and commands over SSM, need to know. sh reads it, so that quotes are POSIX's.
write_session_env() {
  {
    assignment DESKFLEET_SESSION_ID "$(value SESSION_ID)"
    assignment DESKFLEET_DCV_SESSION_ID "$(value DCV_SESSION_ID)"
    assignment DESKFLEET_OWNER "$owner"
    assignment DESKFLEET_SESSION_TYPE "$session_type"
    assignment DESKFLEET_INSTANCE_ID "$(retry metadata instance-id)"
  } > /etc/deskfleet/session.env
}

assignment() { printf "%s='%s'\n" "$1" "${2//\'/\'\\\'\'}"; }

serve_session() {
  write_session_env
  write_session_script
  write_session_unit
  systemctl daemon-reload
  systemctl enable deskfleet-session
  if [ "$needs_reboot" = yes ]; then return 0; fi
  # Both may run already, as the image had them.
  if [ "$session_type" = console ]; then systemctl restart --no-block display-manager; fi
  systemctl restart --no-block deskfleet-session
}

write_session_script() {
  {
    printf '#!/bin/bash\nset -euo pipefail\n'
    declare -f metadata
    cat << 'SCRIPT'
# shellcheck source=/dev/null
. /etc/deskfleet/session.env
until instance=$(metadata instance-id); do sleep 2; done
if [ "$instance" != "$DESKFLEET_INSTANCE_ID" ]; then
  echo 'This image was made of another desktop; its own bootstrap comes first.'
  exit 0
fi
until dcv list-sessions > /dev/null 2>&1; do sleep 1; done
# A directory may come up later than DCV.
until home=$(getent passwd "$DESKFLEET_OWNER" | cut -d : -f 6) && [ -n "$home" ]; do sleep 2; done
if dcv describe-session "$DESKFLEET_DCV_SESSION_ID" > /dev/null 2>&1; then exit 0; fi
options=(--type "$DESKFLEET_SESSION_TYPE" --owner "$DESKFLEET_OWNER" --storage-root "$home"
  --permissions-file /etc/deskfleet/dcv.permissions)
# A console session belongs to whoever is logged in there.
if [ "$DESKFLEET_SESSION_TYPE" = virtual ]; then options+=(--user "$DESKFLEET_OWNER"); fi
# A console session needs the X server, which comes up in its own time.
until dcv create-session "${options[@]}" "$DESKFLEET_DCV_SESSION_ID"; do sleep 5; done
SCRIPT
  } > /usr/local/sbin/deskfleet-create-session
  chmod 0755 /usr/local/sbin/deskfleet-create-session
}

write_session_unit() {
  cat > /etc/systemd/system/deskfleet-session.service << 'UNIT'
[Unit]
Description=DCV session of the Deskfleet desktop
Requires=dcvserver.service
After=dcvserver.service display-manager.service network-online.target remote-fs.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=30min
ExecStart=/usr/local/sbin/deskfleet-create-session

[Install]
WantedBy=multi-user.target
UNIT
}
