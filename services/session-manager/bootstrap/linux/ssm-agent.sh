# Deskfleet asks hosts over SSM. Images of Amazon Linux and Ubuntu have the agent; those of RHEL and Rocky do not.

ensure_ssm_agent() {
  if has amazon-ssm-agent || [ -e /snap/bin/amazon-ssm-agent ]; then return 0; fi
  case $family in
    deb) retry snap install amazon-ssm-agent --classic ;;
    *)
      local arch=amd64
      [ "$architecture" = x86_64 ] || arch=arm64
      install_packages "https://s3.$region.$(aws_domain)/amazon-ssm-$region/latest/linux_$arch/amazon-ssm-agent.rpm"
      systemctl enable --now amazon-ssm-agent
      ;;
  esac
}
