<powershell>
# Prepares the host of a Deskfleet desktop: DCV asks token-service about every connection, and serves the console to its
# owner. Runs once, as Administrator, by EC2Launch.
$ErrorActionPreference = 'Stop'

# deskfleet:values

function Read-Value([string] $Encoded) {
  [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Encoded))
}
$Owner = Read-Value $DESKFLEET_OWNER
$Verifier = Read-Value $DESKFLEET_AUTH_TOKEN_VERIFIER
$Token = Invoke-RestMethod -Method Put -Uri 'http://169.254.169.254/latest/api/token' `
  -Headers @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
$Address = Invoke-RestMethod -Uri 'http://169.254.169.254/latest/meta-data/local-ipv4' `
  -Headers @{ 'X-aws-ec2-metadata-token' = $Token }
$WebUrlPath = (Read-Value $DESKFLEET_WEB_URL_PATH).Replace('{host}', $Address)

# DCV on Windows reads its settings from the registry of the system account.
$Dcv = 'Registry::HKEY_USERS\S-1-5-18\Software\GSettings\com\nicesoftware\dcv'
function Set-Dcv([string] $Section, [string] $Name, $Value) {
  $Key = "$Dcv\$Section"
  if (-not (Test-Path $Key)) { New-Item -Path $Key -Force | Out-Null }
  Set-ItemProperty -Path $Key -Name $Name -Value $Value
}
Set-Dcv 'security' 'auth-token-verifier' $Verifier
Set-Dcv 'connectivity' 'web-url-path' $WebUrlPath
Set-Dcv 'connectivity' 'idle-timeout' 0
Set-Dcv 'session-management' 'create-session' 1
Set-Dcv 'session-management/automatic-console-session' 'owner' $Owner

Restart-Service dcvserver
</powershell>
<persist>false</persist>
