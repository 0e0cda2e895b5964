# The desktop environment, where the image has none, and what DCV needs of it.

ensure_desktop() {
  compgen -G '/usr/share/xsessions/*.desktop' > /dev/null || install_desktop
  if [ "$session_type" = console ]; then prepare_console; fi
  # Nobody could unlock it: the account has no password.
  if [ "$host_accounts" = local ]; then never_lock; fi
}

# DCV Administrator Guide, "Prerequisites for Linux DCV servers".
install_desktop() {
  case $platform in
    amzn2023) install_packages @Desktop ;;
    el*) install_packages "@Server with GUI" ;;
    *) install_packages ubuntu-desktop-minimal ;;
  esac
}

# A console session shows the X server of the machine, so that there must be one, and not Wayland.
prepare_console() {
  local gdm=/etc/gdm
  [ "$family" = rpm ] || gdm=/etc/gdm3
  if [ -d "$gdm" ]; then
    {
      printf '[daemon]\nWaylandEnable=false\n'
      if [ "$host_accounts" = local ]; then printf 'AutomaticLoginEnable=true\nAutomaticLogin=%s\n' "$owner"; fi
    } > "$gdm/custom.conf"
  else
    warn 'The display manager is not GDM: the image must turn Wayland off and log the owner in.'
  fi
  if [ "$gpu" = none ]; then draw_without_gpu; fi
  systemctl set-default graphical.target
  # On Ubuntu the package has seen to it.
  if [ "$family" = rpm ]; then systemctl enable gdm; fi
}

draw_without_gpu() {
  if [ "$family" = deb ]; then install_packages xserver-xorg-video-dummy; else install_packages xorg-x11-drv-dummy; fi
  install -d /etc/X11
  cat > /etc/X11/xorg.conf << 'CONF'
Section "Device"
  Identifier "Device"
  Driver "dummy"
  Option "UseEDID" "false"
  VideoRam 512000
EndSection
Section "Monitor"
  Identifier "Monitor"
  HorizSync 5.0 - 1000.0
  VertRefresh 5.0 - 200.0
  Option "ReducedBlanking"
EndSection
Section "Screen"
  Identifier "Screen"
  Device "Device"
  Monitor "Monitor"
  DefaultDepth 24
  SubSection "Display"
    Viewport 0 0
    Depth 24
    Virtual 4096 2160
  EndSubSection
EndSection
CONF
}

never_lock() {
  install -d /etc/dconf/profile /etc/dconf/db/local.d
  [ -e /etc/dconf/profile/user ] || printf 'user-db:user\nsystem-db:local\n' > /etc/dconf/profile/user
  printf '%s\n' '[org/gnome/desktop/screensaver]' 'lock-enabled=false' \
    '[org/gnome/desktop/lockdown]' 'disable-lock-screen=true' > /etc/dconf/db/local.d/00-deskfleet
  if has dconf; then dconf update; fi
}
