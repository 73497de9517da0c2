using System.Buffers;

namespace SecretsService.Formats;

/// <summary>
/// The workflow commands <c>::add-mask::</c> that keep secret values out of a job's log (actions/runner, src/Runner.Worker/ActionCommandManager.cs,
/// AddMaskCommandExtension; src/Runner.Common/ActionCommand.cs). One for each line of each secret, because a log is masked line by line, without the
/// blanks around it, because programs print lines without their indentation. Plain variables are not masked.
/// </summary>
internal sealed class GitHubMaskFormat : VariableFormat
{
    // A mask hides its text wherever the log has it: one of a few characters, such as the bracket in the last line of a JSON value, would blot out
    // ordinary text, and so show where the secret's characters occur.
    private const int ShortestMask = 4;

    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    private static readonly SearchValues<byte> Special = SearchValues.Create("%\r\n"u8);

    public override string Name => "github-masks";

    public override string Consumer => "GitHub Actions: the output of a step";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            if (variable.IsSecret)
            {
                WriteMasks(variable.Value.Span, output);
            }
        }
    }

    protected override string? FaultOfValue(Variable variable) =>
        variable.IsSecret && !Trim(variable.Value.Span).IsEmpty && LongestLine(variable.Value.Span) < ShortestMask
            ? "No line of the value has four characters or more: masking fewer would hide ordinary text from the log. "
                + "Use a longer value, or is_secret false if it is no secret."
            : null;

    private static void WriteMasks(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        foreach (var range in value.SplitAny(LineBreaks))
        {
            var line = Trim(value[range]);
            if (LengthOf(line) >= ShortestMask)
            {
                output.Write("::add-mask::"u8);
                EscapedText.Write(line, Special, WriteEscape, output);
                output.Write("\n"u8);
            }
        }
    }

    private static int LongestLine(ReadOnlySpan<byte> value)
    {
        var longest = 0;
        foreach (var range in value.SplitAny(LineBreaks))
        {
            longest = Math.Max(longest, LengthOf(Trim(value[range])));
        }

        return longest;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line.Trim(" \t\v\f\r\n"u8);

    // In characters: every byte of UTF-8 but 10xxxxxx begins one.
    private static int LengthOf(ReadOnlySpan<byte> line)
    {
        var length = 0;
        foreach (var b in line)
        {
            length += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return length;
    }

    // The runner's _escapeDataMappings.
    private static int WriteEscape(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write(text[0] switch
        {
            (byte)'\r' => "%0D"u8,
            (byte)'\n' => "%0A"u8,
            _ => "%25"u8,
        });
        return 1;
    }
}
