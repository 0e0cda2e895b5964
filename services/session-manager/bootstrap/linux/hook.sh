# The operator's script: where a site joins its directory or its job scheduler (docs/host-bootstrap.md).

# An exit code by which the hook says that this host must not become a desktop.
hook_fatal=90
hook_limit_minutes=30

run_hook() {
  local script code=0 file=$state/hook
  script=$(value HOOK)
  [ -n "$script" ] || return 0
  # Typed into a browser, it may have the line ends of Windows.
  script=${script//$'\r'/}
  [[ $script == '#!'* ]] || script=$'#!/bin/bash\n'$script
  install -m 0700 /dev/null "$file"
  printf '%s\n' "$script" > "$file"
  run_with_environment "$file" || code=$?
  log "The hook ended with code $code."
  case $code in
    0) ;;
    "$hook_fatal") die "the hook said that this host must not be used (code $code)" ;;
    124) warn "The hook was ended after $hook_limit_minutes minutes." ;;
    *) warn "The hook failed with code $code." ;;
  esac
}

run_with_environment() {
  DESKFLEET_SESSION_ID=$(value SESSION_ID) DESKFLEET_OWNER=$owner DESKFLEET_USER=$(value USER) \
    DESKFLEET_OWNER_UID=$(value OWNER_UID) DESKFLEET_HOST_ACCOUNTS=$host_accounts DESKFLEET_REGION=$region \
    DESKFLEET_INSTANCE_TYPE=$(value INSTANCE_TYPE) DESKFLEET_SESSION_TYPE=$session_type \
    DESKFLEET_HOOK_FATAL=$hook_fatal \
    timeout "${hook_limit_minutes}m" "$1" < /dev/null
}
