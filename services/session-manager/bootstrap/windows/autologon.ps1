# Automatic logon reads its password from an LSA secret, which is encrypted and only the system can read; the registry value
# of the same name could be read by every user.
$LsaSource = @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
namespace Deskfleet {
  public static class Lsa {
    struct Text { public ushort Length; public ushort Maximum; public IntPtr Buffer; }
    struct Attributes { public int Length; public IntPtr A; public IntPtr B; public uint C; public IntPtr D; public IntPtr E; }
    [DllImport("advapi32.dll")]
    static extern uint LsaOpenPolicy(IntPtr system, ref Attributes attributes, uint access, out IntPtr policy);
    [DllImport("advapi32.dll")]
    static extern uint LsaStorePrivateData(IntPtr policy, ref Text key, ref Text data);
    [DllImport("advapi32.dll")]
    static extern uint LsaClose(IntPtr policy);
    [DllImport("advapi32.dll")]
    static extern int LsaNtStatusToWinError(uint status);
    const uint CreateSecret = 0x20;
    static Text TextOf(string value) {
      var bytes = (ushort)(value.Length * 2);
      return new Text { Length = bytes, Maximum = (ushort)(bytes + 2), Buffer = Marshal.StringToHGlobalUni(value) };
    }
    static void Check(uint status) {
      if (status != 0) throw new Win32Exception(LsaNtStatusToWinError(status));
    }
    public static void Store(string key, string data) {
      var attributes = new Attributes();
      IntPtr policy;
      Check(LsaOpenPolicy(IntPtr.Zero, ref attributes, CreateSecret, out policy));
      Text name = TextOf(key), value = TextOf(data);
      try { Check(LsaStorePrivateData(policy, ref name, ref value)); }
      finally {
        Marshal.ZeroFreeGlobalAllocUnicode(value.Buffer);
        Marshal.FreeHGlobal(name.Buffer);
        LsaClose(policy);
      }
    }
  }
}
'@

function Set-Autologon([string] $Password) {
  $Winlogon = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'
  foreach ($Name in 'DefaultPassword', 'AutoLogonCount') {
    Remove-ItemProperty -Path $Winlogon -Name $Name -ErrorAction SilentlyContinue
  }
  if (-not $Autologon) {
    Set-ItemProperty -Path $Winlogon -Name AutoAdminLogon -Value '0'
    return
  }
  Add-Type -TypeDefinition $LsaSource
  [Deskfleet.Lsa]::Store('DefaultPassword', $Password)
  Set-ItemProperty -Path $Winlogon -Name AutoAdminLogon -Value '1'
  Set-ItemProperty -Path $Winlogon -Name DefaultUserName -Value $Owner
  Set-ItemProperty -Path $Winlogon -Name DefaultDomainName -Value '.'
}
