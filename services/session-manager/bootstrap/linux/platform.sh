# Which distribution this is, in DCV's words (el9, ubuntu2404), and how packages are installed on it.

distribution=$(
  # shellcheck source=/dev/null
  . /etc/os-release
  printf '%s-%s' "$ID" "$VERSION_ID"
)
case $distribution in
  amzn-2023*) family=rpm platform=amzn2023 ;;
  rhel-8* | rocky-8* | almalinux-8*) family=rpm platform=el8 ;;
  rhel-9* | rocky-9* | almalinux-9*) family=rpm platform=el9 ;;
  ubuntu-22.04) family=deb platform=ubuntu2204 ;;
  ubuntu-24.04) family=deb platform=ubuntu2404 ;;
  # Good enough for an image that brings everything: only an installation would fail.
  *) family=unknown platform=unknown ;;
esac
architecture=$(uname -m)

has() { command -v "$1" > /dev/null; }

# unattended-upgrades holds the lock for minutes after a first boot.
apt_get() { DEBIAN_FRONTEND=noninteractive apt-get --quiet --option DPkg::Lock::Timeout=900 "$@"; }

install_packages() {
  case $family in
    deb)
      retry apt_get update
      retry apt_get install --yes "$@"
      ;;
    rpm) retry dnf --quiet --assumeyes install "$@" ;;
    *)
      log "Packages cannot be installed on $distribution: the image must bring $*."
      return 1
      ;;
  esac
}

aws_domain() { case $region in cn-*) echo amazonaws.com.cn ;; *) echo amazonaws.com ;; esac; }

# From the instance metadata service, version 2: version 1 is off on our hosts.
metadata() {
  local service=http://169.254.169.254/latest token
  token=$(curl --fail --silent --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$service/api/token")
  curl --fail --silent --header "X-aws-ec2-metadata-token: $token" "$service/meta-data/$1"
}
