# The software stack's shared file systems. One that cannot be mounted does not keep the desktop from starting.

mount_storage() {
  local mounts target
  mounts=$(value MOUNTS)
  [ -e /etc/fstab ] || : > /etc/fstab
  sed -i '/^# deskfleet begin$/,/^# deskfleet end$/d' /etc/fstab
  [ -n "$mounts" ] || return 0
  install_mount_clients "$mounts" || warn 'The software for the shared file systems could not be installed.'
  printf '# deskfleet begin\n%s\n# deskfleet end\n' "$mounts" >> /etc/fstab
  systemctl daemon-reload
  while read -r -u 3 _ target _; do
    # fstab(5) writes white space as octal numbers.
    mount_one "$(printf '%b' "${target//\\/\\0}")"
  done 3<<< "$mounts"
}

mount_one() {
  local target=$1
  if [[ $target != /?* ]]; then
    warn "Not mounted, as it is no absolute path: $target"
  elif ! mkdir -p -- "$target"; then
    warn "Not mounted, as there can be no folder: $target"
  elif ! mountpoint --quiet -- "$target" && ! timeout 120 mount -- "$target"; then
    warn "Not mounted: $target"
  fi
}

install_mount_clients() {
  local kinds
  kinds=$(cut -d ' ' -f 3 <<< "$1")
  if grep -q '^nfs' <<< "$kinds" && ! has mount.nfs; then
    if [ "$family" = deb ]; then install_packages nfs-common; else install_packages nfs-utils; fi || return 1
  fi
  if grep -q '^lustre$' <<< "$kinds" && ! has mount.lustre; then install_lustre_client; fi
}

# FSx for Lustre User Guide, "Installing the Lustre client".
install_lustre_client() {
  local keys=https://fsx-lustre-client-repo-public-keys.s3.amazonaws.com
  local packages=https://fsx-lustre-client-repo.s3.amazonaws.com
  case $platform in
    amzn2023) install_packages lustre-client ;;
    el*)
      fetch "$keys/fsx-rpm-public-key.asc" "$state/fsx-key.asc" && rpm --import "$state/fsx-key.asc" &&
        fetch "$packages/el/${platform#el}/fsx-lustre-client.repo" /etc/yum.repos.d/aws-fsx.repo &&
        install_packages kmod-lustre-client lustre-client
      ;;
    *)
      local release=jammy
      [ "$platform" = ubuntu2204 ] || release=noble
      fetch "$keys/fsx-ubuntu-public-key.asc" /usr/share/keyrings/fsx-ubuntu-public-key.asc &&
        printf 'deb [signed-by=/usr/share/keyrings/fsx-ubuntu-public-key.asc] %s/ubuntu %s main\n' "$packages" "$release" \
          > /etc/apt/sources.list.d/fsx-lustre-client.list &&
        install_packages "lustre-client-modules-$(uname -r)"
      ;;
  esac
}
