# The DCV server, and what it is told. A server that the image has is never replaced.

ensure_dcv_server() {
  if ! has dcv; then install_dcv; fi
  if [ "$session_type" = virtual ] && ! has Xdcv; then die 'virtual sessions need nice-xdcv, which the image lacks'; fi
  if systemctl is-active --quiet firewalld; then
    firewall-cmd --permanent --add-port=8443/tcp --add-port=8443/udp
    firewall-cmd --reload
  fi
}

# DCV Administrator Guide, "Install the Amazon DCV server on Linux".
install_dcv() {
  local version archive sum folder name
  version=$(value DCV_VERSION)
  name=nice-dcv-$version-$platform-$architecture
  sum=$(value DCV_CHECKSUMS | sed -n "s/^$platform-$architecture //p")
  [ -n "$sum" ] || die "there is no checksum for DCV $version on $platform-$architecture: the image must bring DCV"
  archive=$state/dcv.tgz
  fetch "https://d1uj6qtbmh3dt5.cloudfront.net/${version%%-*}/Servers/$name.tgz" "$archive"
  sha256sum --check --status <<< "$sum  $archive" || die "the download $name.tgz is not what was published"
  tar -xzf "$archive" -C "$state"
  folder=$state/$name
  dcv_packages "$folder"
  install_packages "${packages[@]}"
  rm -rf "$archive" "$folder"
  # Ubuntu lets only this group use the graphics device.
  if getent group video > /dev/null && getent passwd dcv > /dev/null; then usermod --append --groups video dcv; fi
}

# Sets `packages` to the files to be installed.
dcv_packages() {
  packages=("$1"/nice-dcv-server[-_]* "$1"/nice-dcv-web-viewer[-_]* "$1"/nice-xdcv[-_]*)
  # Lets virtual sessions share the GPU; there is none for ARM.
  if [ "$session_type-$gpu-$architecture" = virtual-grid-x86_64 ]; then packages+=("$1"/nice-dcv-gl[-_]*); fi
}

configure_dcv() {
  local address path verifier lock=false
  address=$(retry metadata local-ipv4)
  path=$(value WEB_URL_PATH)
  verifier=$(value AUTH_TOKEN_VERIFIER)
  # Somebody without a password could not unlock the desktop again.
  if [ "$host_accounts" = directory ]; then lock=true; fi
  install -d /etc/dcv
  value PERMISSIONS > /etc/deskfleet/dcv.permissions
  # Without supervision-control, guests whom the owner must accompany could stay alone.
  cat > /etc/dcv/dcv.conf << CONF
[security]
auth-token-verifier=$(quoted "$verifier")
os-auto-lock=$lock
supervision-control="enforced"
[connectivity]
web-url-path=$(quoted "${path//'{host}'/$address}")
idle-timeout=0
[session-management]
create-session=false
CONF
  systemctl enable dcvserver
  # An image's own server may run already, with the image's settings.
  systemctl restart dcvserver
}

# A string as GLib's key files have it.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}" | tr -d '\n'
}
