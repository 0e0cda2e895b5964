# The DCV server, and what it is told. A server that the image has is never replaced.
function Install-Dcv {
  if (Get-Service dcvserver -ErrorAction SilentlyContinue) { return }
  $Version = Get-Value 'DCV_VERSION'
  $Checksum = Get-Value 'DCV_CHECKSUM'
  if ($Checksum -eq '') { throw "There is no checksum for DCV $Version on Windows: the image must bring DCV." }
  $Server = 'https://d1uj6qtbmh3dt5.cloudfront.net'
  Get-Download "$Server/$($Version.Split('-')[0])/Servers/nice-dcv-server-x64-Release-$Version.msi" "$Folder\dcv.msi"
  if ((Get-FileHash -Path "$Folder\dcv.msi" -Algorithm SHA256).Hash -ne $Checksum) {
    throw 'The DCV installer is not what was published.'
  }
  Assert-Signed "$Folder\dcv.msi"
  $Log = "`"$Folder\dcv-install.log`""
  Invoke-Installer 'msiexec.exe' '/i', "`"$Folder\dcv.msi`"", 'ADDLOCAL=ALL', '/quiet', '/norestart', '/l*v', $Log
  Remove-Item "$Folder\dcv.msi"
}

# DCV on Windows reads its settings from the registry of the system account.
function Set-Dcv([string] $Section, [string] $Name, $Value) {
  $Path = "S-1-5-18\Software\GSettings\com\nicesoftware\dcv\$Section"
  $Key = [Microsoft.Win32.Registry]::Users.CreateSubKey($Path)
  $Kind = if ($Value -is [int]) { 'DWord' } else { 'String' }
  $Key.SetValue($Name, $Value, $Kind)
  $Key.Close()
}

function Set-DcvSettings {
  $Address = Get-Metadata 'local-ipv4'
  $Permissions = "$Folder\dcv.permissions"
  [IO.File]::WriteAllText($Permissions, (Get-Value 'PERMISSIONS'))
  Set-Dcv 'security' 'auth-token-verifier' (Get-Value 'AUTH_TOKEN_VERIFIER')
  # Who is logged on automatically may not know the password that would unlock the desktop.
  Set-Dcv 'security' 'os-auto-lock' ([int] (-not $Autologon))
  # Without it, guests whom the owner must accompany could stay alone.
  Set-Dcv 'security' 'supervision-control' 'enforced'
  Set-Dcv 'connectivity' 'web-url-path' (Get-Value 'WEB_URL_PATH').Replace('{host}', $Address)
  Set-Dcv 'connectivity' 'idle-timeout' 0
  Set-Dcv 'session-management' 'create-session' 1
  $Console = 'session-management\automatic-console-session'
  Set-Dcv $Console 'owner' $Owner
  Set-Dcv $Console 'permissions-file' $Permissions
  Set-Dcv $Console 'storage-root' '%home%'
}

function Add-SubmitShortcut {
  $Url = Get-Value 'HPC_SUBMIT_URL'
  if ($Url -eq '') { return }
  $Lines = '[InternetShortcut]', "URL=$($Url -replace '\s', '')"
  Set-Content -Path "$env:PUBLIC\Desktop\Submit jobs.url" -Value $Lines
}
