# For Windows PowerShell 5.1 and later; README.md in services/session-manager/permissions describes it.
# deskfleet:values
$ErrorActionPreference = 'Stop'
$Dcv = 'C:\Program Files\NICE\DCV\Server\bin\dcv.exe'

# A value as text. Values come as base64: whatever they contain, they are data.
function Get-Value([string] $Value) { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Value)) }

# A DCV server that hangs may not hold up the answer.
function Invoke-Bounded([string] $Program, [string] $Arguments) {
  $Start = New-Object System.Diagnostics.ProcessStartInfo -ArgumentList $Program, $Arguments
  $Start.UseShellExecute = $false
  $Start.CreateNoWindow = $true
  $Start.RedirectStandardOutput = $true
  $Start.RedirectStandardError = $true
  $Start.StandardOutputEncoding = [Text.Encoding]::UTF8
  $Process = [System.Diagnostics.Process]::Start($Start)
  $Output = $Process.StandardOutput.ReadToEndAsync()
  # Read as well: a program whose errors nobody reads stands still when the pipe is full.
  $Errors = $Process.StandardError.ReadToEndAsync()
  if (-not $Process.WaitForExit(20000)) {
    $Process.Kill()
    throw "$Arguments hangs"
  }
  if ($Process.ExitCode -ne 0) { throw "$Arguments ended with code $($Process.ExitCode): $($Errors.Result)" }
  if (-not $Output.Wait(5000)) { throw "$Arguments left its output open" }
  return $Output.Result
}

$Session = Get-Value $DESKFLEET_DCV_SESSION_ID

# Who is connected. What a client says of itself may be of any length, and SSM keeps 24,000 characters of the output.
function Get-Connections {
  (Invoke-Bounded $Dcv "list-connections $Session --json") -replace '("user-agent" *: *)"([^"\\]|\\.)*"', '$1""'
}
