using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A PHP file that returns an array, for <c>$secrets = require 'secrets.php';</c>. Between single quotes PHP knows the escapes <c>\\</c> and
/// <c>\'</c> and nothing else, and expands nothing (PHP manual, Language Reference, Strings, "Single quoted").
/// </summary>
internal sealed class PhpFormat : VariableFormat
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("'\\"u8);

    public override string Name => "php";

    public override string Consumer => "PHP: require";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        output.Write("<?php\n\nreturn [\n"u8);
        foreach (var variable in variables)
        {
            output.Write("    '"u8);
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("' => '"u8);
            EscapedText.Write(variable.Value.Span, Special, WriteEscape, output);
            output.Write("',\n"u8);
        }

        output.Write("];\n"u8);
    }

    private static int WriteEscape(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write("\\"u8);
        output.Write(text[..1]);
        return 1;
    }
}
