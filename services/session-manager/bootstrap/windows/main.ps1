# What happens on a new host, in order.
New-Item -ItemType Directory -Path $Folder -Force | Out-Null
# Else every user could put files there that are read as ours: SYSTEM and Administrators by their SIDs.
icacls.exe $Folder /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
Start-Transcript -Path "$Folder\bootstrap.log" -Append | Out-Null
try {
  Set-Content -Path "$Folder\bootstrap.txt" -Value 'running'
  # An image's own server would serve its console to the image's owner, and look ready, while this runs.
  Stop-Service dcvserver -ErrorAction SilentlyContinue
  Invoke-Hook
  Set-OwnerAccount
  Install-GridDriver
  Install-Dcv
  Set-DcvSettings
  Add-SubmitShortcut
  Set-Content -Path "$Folder\bootstrap.txt" -Value 'done'
  # Automatic logon and the GPU driver begin with a restart, and so does the owner's console session.
  Stop-Service dcvserver
  shutdown.exe /r /t 5
}
catch {
  Set-Content -Path "$Folder\bootstrap.txt" -Value "failed: $_"
  throw
}
finally { Stop-Transcript | Out-Null }
</powershell>
<persist>false</persist>
