# deskfleet-permissions 1
# Tells the DCV session of a host who may do what.
$File = "$env:ProgramData\Deskfleet\dcv.permissions"

# Whole or not at all, and with the rights that the file had.
function Set-File([string] $Path, [string] $Text) {
  [IO.File]::WriteAllText("$Path.new", $Text)
  if (Test-Path $Path) { [IO.File]::Replace("$Path.new", $Path, [NullString]::Value) }
  else { [IO.File]::Move("$Path.new", $Path) }
}

$Number = [long] (Get-Value $DESKFLEET_NUMBER)
$Lock = New-Object System.Threading.Mutex -ArgumentList $false, 'Global\DeskfleetPermissions'
try { $IsMine = $Lock.WaitOne(60000) }
# Whoever had it was ended in the midst of it; what they did is done again.
catch [System.Threading.AbandonedMutexException] { $IsMine = $true }
if (-not $IsMine) { throw 'another command holds the permission file' }
try {
  # A command that SSM delivers late must not undo one that came after it.
  $Last = [long] 0
  if (Test-Path "$File.number") { $Last = [long] [IO.File]::ReadAllText("$File.number") }
  if ($Number -lt $Last) {
    [Console]::Error.WriteLine("overtaken by $Last")
    exit 75
  }
  Set-File "$File.number" "$Number"
  Set-File $File (Get-Value $DESKFLEET_PERMISSIONS)
  Invoke-Bounded $Dcv "set-permissions --session $Session --file `"$File`"" | Out-Null
  Write-Output (Get-Connections)
}
finally { $Lock.ReleaseMutex() }
exit 0
