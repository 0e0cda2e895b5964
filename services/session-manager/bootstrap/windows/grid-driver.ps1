# AWS's licensed NVIDIA driver (EC2 User Guide, "Install NVIDIA drivers", GRID). Other GPUs are the image's business.
function Install-GridDriver {
  if ((Get-Value 'GPU') -ne 'grid' -or (Test-Path "$env:SystemRoot\System32\nvidia-smi.exe")) { return }
  # The bucket may be read by everybody, so that no permission is needed.
  $Bucket = 'https://ec2-windows-nvidia-drivers.s3.amazonaws.com'
  Get-Download "$Bucket/?list-type=2&prefix=latest/" "$Folder\grid-list.xml"
  [xml] $List = Get-Content -Path "$Folder\grid-list.xml" -Raw
  # Each driver's name says for which versions of Windows Server it is.
  $Year = [regex]::Match((Get-CimInstance Win32_OperatingSystem).Caption, '20\d\d').Value
  $Key = $List.ListBucketResult.Contents.Key | Where-Object { $_ -like '*.exe' -and $_ -match $Year } |
    Sort-Object | Select-Object -Last 1
  if (-not $Key) { return Write-Trouble "AWS has no GRID driver for Windows Server ${Year}: the image must bring one." }
  Get-Download "$Bucket/$Key" "$Folder\grid-driver.exe"
  Assert-Signed "$Folder\grid-driver.exe"
  Invoke-Installer "$Folder\grid-driver.exe" '-s', '-noreboot'
  Remove-Item "$Folder\grid-driver.exe"
  # Takes the licence page, which is for other licences, out of NVIDIA's control panel.
  $Licensing = 'HKLM:\SOFTWARE\NVIDIA Corporation\Global\GridLicensing'
  New-Item -Path $Licensing -Force | Out-Null
  Set-ItemProperty -Path $Licensing -Name NvCplDisableManageLicensePage -Value 1 -Type DWord
}
