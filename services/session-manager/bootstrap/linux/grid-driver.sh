# AWS's licensed NVIDIA driver (EC2 User Guide, "Install NVIDIA drivers", GRID). Other GPUs are the image's business.

needs_reboot=no
grid_bucket=https://ec2-linux-nvidia-drivers.s3.amazonaws.com

ensure_grid_driver() {
  [ "$gpu" = grid ] || return 0
  if has nvidia-smi; then return 0; fi
  local key
  # The bucket may be read by everybody, so that neither the AWS CLI nor a permission is needed.
  fetch "$grid_bucket/?list-type=2&prefix=latest/" "$state/grid-list.xml"
  key=$(grep -o "<Key>latest/NVIDIA-Linux-$architecture-[^<]*\.run</Key>" "$state/grid-list.xml" | sed 's/<[^>]*>//g' |
    sort -V | tail -n 1) || key=''
  if [ -z "$key" ]; then
    warn "AWS has no GRID driver for $architecture: the image must bring one."
    return 0
  fi
  install_build_tools
  blacklist_nouveau
  fetch "$grid_bucket/$key" "$state/grid-driver.run"
  # The kernel may have been built by another compiler than the distribution's default one, which does no harm.
  IGNORE_CC_MISMATCH=1 sh "$state/grid-driver.run" --silent --disable-nouveau
  rm -f "$state/grid-driver.run"
  turn_gsp_off
  if has nvidia-xconfig; then nvidia-xconfig --preserve-busid --enable-all-gpus; fi
  needs_reboot=yes
}

install_build_tools() {
  if [ "$family" = deb ]; then
    install_packages gcc make "linux-headers-$(uname -r)"
  else
    install_packages gcc make "kernel-devel-uname-r == $(uname -r)"
  fi
}

blacklist_nouveau() {
  install -d /etc/modprobe.d
  printf 'blacklist %s\n' vga16fb nouveau rivafb nvidiafb rivatv > /etc/modprobe.d/deskfleet-nouveau.conf
}

# AWS asks for it on these families only; newer ones do not work without.
turn_gsp_off() {
  case $(value INSTANCE_TYPE) in
    g4dn.* | g5.*) printf 'options nvidia NVreg_EnableGpuFirmware=0\n' > /etc/modprobe.d/deskfleet-nvidia.conf ;;
  esac
}
