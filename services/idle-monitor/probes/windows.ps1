# deskfleet-probe 1
# What the idle check asks a Windows host; README.md in this folder describes the answer. For Windows PowerShell 5.1 and later.
$ErrorActionPreference = 'Stop'
$Invariant = [Globalization.CultureInfo]::InvariantCulture
$Dcv = 'C:\Program Files\NICE\DCV\Server\bin\dcv.exe'
$Utc = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z\z'

# Neither a DCV server nor a driver that hangs may hold up the answer.
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
    throw "$Program hangs"
  }
  if ($Process.ExitCode -ne 0) { throw "$Program ended with code $($Process.ExitCode)" }
  if (-not $Output.Wait(5000)) { throw "$Program left its output open" }
  return $Output.Result
}

# As DCV writes it: UTC, with or without a fraction. There may be none.
function Format-Time($Value) {
  if ($null -eq $Value) { return '' }
  # PowerShell 7 has made a date of the text.
  if ($Value -is [DateTime]) {
    return $Value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", $Invariant)
  }
  if ($Value -isnot [string]) { throw 'a time is no text' }
  if ($Value.Length -gt 0 -and $Value -cnotmatch $Utc) { throw 'a time is in no form of DCV' }
  return $Value
}

function Get-LatestInteraction {
  $Latest = ''
  $LatestTicks = [long] 0
  # Assigned first: in 5.1 the cmdlet gives a list as one thing.
  $Connections = ConvertFrom-Json (Invoke-Bounded $Dcv 'list-connections console --json')
  foreach ($Connection in $Connections) {
    $Time = Format-Time ($Connection.'last-interaction-time')
    if ($Time -eq '') { continue }
    $Ticks = [DateTimeOffset]::Parse($Time, $Invariant).UtcTicks
    if ($Ticks -gt $LatestTicks) {
      $Latest = $Time
      $LatestTicks = $Ticks
    }
  }
  return $Latest
}

function Get-Session {
  $Session = ConvertFrom-Json (Invoke-Bounded $Dcv 'describe-session console --json')
  $Connections = $Session.'num-of-connections'
  if (($Connections -isnot [int] -and $Connections -isnot [long]) -or $Connections -lt 0) {
    throw 'DCV does not say how many are connected'
  }
  $Created = Format-Time ($Session.'creation-time')
  if ($Created -eq '') { throw 'DCV does not say when the session began' }
  $Interaction = ''
  if ($Connections -gt 0) { $Interaction = Get-LatestInteraction }
  return @{
    State = 'ok'
    Connections = $Connections.ToString($Invariant)
    Created = $Created
    Disconnected = Format-Time ($Session.'last-disconnection-time')
    Interaction = $Interaction
  }
}

function Find-NvidiaSmi {
  $OnPath = Get-Command 'nvidia-smi.exe' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
  if ($null -ne $OnPath) { return $OnPath.Path }
  foreach ($Folder in 'C:\Windows\System32', 'C:\Program Files\NVIDIA Corporation\NVSMI') {
    if (Test-Path "$Folder\nvidia-smi.exe") { return "$Folder\nvidia-smi.exe" }
  }
  return ''
}

# The busiest of all GPUs. A line that is no percentage, such as [N/A], says nothing of how busy its GPU is.
function Get-GpuPercent([string] $NvidiaSmi) {
  $Busiest = 0
  $Output = Invoke-Bounded $NvidiaSmi '--query-gpu=utilization.gpu --format=csv,noheader,nounits'
  foreach ($Line in ($Output.Trim() -split '\r?\n')) {
    if ($Line.Trim() -cnotmatch '^[0-9]{1,3}\z') { throw 'a GPU does not say how busy it is' }
    $Percent = [int] $Line.Trim()
    if ($Percent -gt 100) { throw 'a GPU is busier than it can be' }
    if ($Percent -gt $Busiest) { $Busiest = $Percent }
  }
  return $Busiest.ToString($Invariant)
}

$Session = @{ State = 'no-dcv'; Connections = ''; Created = ''; Disconnected = ''; Interaction = '' }
if (Test-Path $Dcv) {
  try { $Session = Get-Session }
  catch { $Session.State = 'failed' }
}
$Gpu = 'none'
$GpuPercent = ''
$NvidiaSmi = Find-NvidiaSmi
if ($NvidiaSmi -ne '') {
  try {
    $GpuPercent = Get-GpuPercent $NvidiaSmi
    $Gpu = 'nvidia'
  }
  catch { $Gpu = 'failed' }
}
$Now = [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $Invariant)
Write-Output @(
  "deskfleet-probe=1"
  "now=$Now"
  "session=$($Session.State)"
  "connections=$($Session.Connections)"
  "created=$($Session.Created)"
  "disconnected=$($Session.Disconnected)"
  "interaction=$($Session.Interaction)"
  "gpu=$Gpu"
  "gpu-percent=$GpuPercent"
  "end=1"
)
exit 0
