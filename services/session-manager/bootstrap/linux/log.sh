# What happened can be read in /var/log/deskfleet-bootstrap.log, how it ended in /var/lib/deskfleet/bootstrap.

log() { printf '%s deskfleet: %s\n' "$(date -u +%FT%TZ)" "$*"; }

# Something is not as it should be, but the desktop can be used.
warn() {
  log "WARNING: $*"
  printf '%s\n' "$*" >> "$state/warnings"
}

# The desktop cannot be used.
die() {
  log "ERROR: $*"
  printf 'failed: %s\n' "$*" > "$state/bootstrap"
  exit 1
}

step='start'
do_step() {
  step=$1
  log "== $step"
  "$2"
}
stopped() { die "the step \"$step\" ended with code $1 at: $2"; }

# Networks and package servers have bad minutes.
retry() {
  local pause
  for pause in 5 15 30 60 0; do
    if "$@"; then return 0; fi
    log "failed, again in $pause s: $*"
    sleep "$pause"
  done
  return 1
}

fetch() { retry curl --fail --silent --show-error --location --connect-timeout 10 --output "$2" "$1"; }
