# What happens on a new host, in order.
main() {
  trap 'stopped "$?" "$BASH_COMMAND"' ERR
  printf 'running\n' > "$state/bootstrap"
  : > "$state/warnings"
  # First, so that a host where something fails can be looked at.
  do_step 'SSM agent' ensure_ssm_agent
  # Before the account: its home may be on shared storage, and the hook may join the directory that knows it.
  do_step 'shared storage' mount_storage
  do_step 'hook' run_hook
  do_step 'account' ensure_account
  do_step 'desktop' ensure_desktop
  do_step 'GRID driver' ensure_grid_driver
  do_step 'DCV server' ensure_dcv_server
  do_step 'DCV settings' configure_dcv
  do_step 'DCV session' serve_session
  printf 'done\n' > "$state/bootstrap"
  log 'Done.'
  if [ "$needs_reboot" = yes ]; then
    log 'Restarting, for the GPU driver.'
    systemctl reboot
  fi
}

install -d -m 0755 /etc/deskfleet "$state"
main 2>&1 | tee -a /var/log/deskfleet-bootstrap.log
