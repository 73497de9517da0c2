using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A script that a POSIX shell sources or evaluates. Between single quotes every character stands for itself, and there is none that cannot stand
/// there but the single quote (POSIX.1-2024, Shell Command Language, 2.2.2): that one is written outside of them, with a backslash.
/// </summary>
internal sealed class ShellFormat : VariableFormat
{
    // What bash 5.3 and dash 0.5.12 set themselves, or take for a number: bash evaluates as an expression what is exported as RANDOM, for example, and
    // a command in it runs.
    private static readonly FrozenSet<string> Taken = new[]
    {
        "_", "BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_ARGC", "BASH_ARGV", "BASH_CMDS", "BASH_COMMAND", "BASH_LINENO", "BASH_MONOSECONDS",
        "BASH_SOURCE", "BASH_SUBSHELL", "BASH_VERSINFO", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD",
        "LINENO", "OPTIND", "PIPESTATUS", "PPID", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "SRANDOM", "UID",
    }.ToFrozenSet(StringComparer.Ordinal);

    public override string Name => "shell";

    public override string Consumer => "sh, bash and dash: . file, or eval";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            output.Write("export "u8);
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("='"u8);
            output.WriteReplacing(variable.Value.Span, (byte)'\'', "'\\''"u8);
            output.Write("'\n"u8);
        }
    }

    public override string? FaultOfName(string name) =>
        Taken.Contains(name) ? "A shell sets a variable of this name itself. Give it another name." : null;
}
