# The operator's script: where a site joins its directory or maps its drives (docs/host-bootstrap.md).
$HookFatal = 90
$HookLimitMinutes = 30

function Invoke-Hook {
  $Text = Get-Value 'HOOK'
  if ($Text -eq '') { return }
  foreach ($Name in 'SESSION_ID', 'OWNER', 'USER', 'HOST_ACCOUNTS', 'REGION', 'INSTANCE_TYPE', 'SESSION_TYPE') {
    [Environment]::SetEnvironmentVariable("DESKFLEET_$Name", (Get-Value $Name))
  }
  $env:DESKFLEET_HOOK_FATAL = $HookFatal
  Set-Content -Path "$Folder\hook.ps1" -Value $Text -Encoding UTF8
  $Arguments = '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', "`"$Folder\hook.ps1`""
  $Process = Start-Process -FilePath 'powershell.exe' -ArgumentList $Arguments -PassThru `
    -RedirectStandardOutput "$Folder\hook.log" -RedirectStandardError "$Folder\hook-errors.log"
  # Without the handle .NET forgets the exit code.
  $null = $Process.Handle
  if (-not $Process.WaitForExit($HookLimitMinutes * 60000)) {
    $Process.Kill()
    return Write-Trouble "The hook was ended after $HookLimitMinutes minutes."
  }
  Write-Output "The hook ended with code $($Process.ExitCode)."
  if ($Process.ExitCode -eq $HookFatal) { throw 'the hook said that this host must not be used' }
  if ($Process.ExitCode -ne 0) { Write-Trouble "The hook failed with code $($Process.ExitCode)." }
}
