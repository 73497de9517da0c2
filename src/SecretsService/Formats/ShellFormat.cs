using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A script that a POSIX shell sources or evaluates. Between single quotes every character stands for itself, and there is none that cannot stand
/// there but the single quote (POSIX.1-2024, Shell Command Language, 2.2.2): that one is written outside of them, with a backslash.
/// </summary>
internal sealed class ShellFormat : VariableFormat
{
    public override string Name => "shell";

    public override string Consumer => "sh, bash, dash and zsh: . file, or eval";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            output.Write("export "u8);
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("='"u8);
            WriteQuoted(variable.Value.Span, output);
            output.Write("'\n"u8);
        }
    }

    private static void WriteQuoted(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        for (int quote; (quote = value.IndexOf((byte)'\'')) >= 0; value = value[(quote + 1)..])
        {
            output.Write(value[..quote]);
            output.Write("'\\''"u8);
        }

        output.Write(value);
    }
}
