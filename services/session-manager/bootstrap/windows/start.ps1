<powershell>
# Prepares the host of a Deskfleet desktop. Run once, as an administrator, by EC2Launch.
# Made of the parts in services/session-manager/bootstrap/windows; main.ps1 says what happens, in order.
$ErrorActionPreference = 'Stop'
# Its progress bar makes Invoke-WebRequest many times slower.
$ProgressPreference = 'SilentlyContinue'
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12

# deskfleet:values

# A value as text. Values come as base64: whatever they contain, they are data.
function Get-Value([string] $Name) {
  [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Get-Variable "DESKFLEET_$Name" -ValueOnly)))
}
$Owner = Get-Value 'OWNER'
$Local = (Get-Value 'HOST_ACCOUNTS') -eq 'local'
$Autologon = $Local -and (Get-Value 'AUTOLOGON') -eq 'True'
# What happened can be read in bootstrap.log here, how it ended in bootstrap.txt.
$Folder = "$env:ProgramData\Deskfleet"
