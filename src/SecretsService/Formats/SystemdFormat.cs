using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A file for <c>EnvironmentFile=</c>. The rules are those of systemd's src/basic/env-file.c (from 254 on): between double quotes a backslash takes
/// the meaning from <c>" \ ` $</c>, everything else stands for itself, newlines included. It reads UTF-8 only, and src/basic/utf8.c does not count
/// noncharacters to it: with one of them, it reads nothing of the file.
/// </summary>
internal sealed class SystemdFormat : VariableFormat
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\"\\`$"u8);

    public override string Name => "systemd";

    public override string Consumer => "EnvironmentFile= of a systemd unit";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("=\""u8);
            WriteEscaped(variable.Value.Span, output);
            output.Write("\"\n"u8);
        }
    }

    protected override string? FaultOfValue(Variable variable) => HasNoncharacter(variable.Value.Span)
        ? "systemd refuses a file with a noncharacter of Unicode (U+FDD0 to U+FDEF, and the last two of each plane, such as U+FFFE). Encode the value, "
            + "for example in base64."
        : null;

    private static void WriteEscaped(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        for (int next; (next = value.IndexOfAny(Special)) >= 0; value = value[(next + 1)..])
        {
            output.Write(value[..next]);
            output.Write([(byte)'\\', value[next]]);
        }

        output.Write(value);
    }

    private static bool HasNoncharacter(ReadOnlySpan<byte> value)
    {
        for (int length; !value.IsEmpty; value = value[length..])
        {
            Rune.DecodeFromUtf8(value, out var rune, out length);
            if (rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE)
            {
                return true;
            }
        }

        return false;
    }
}
