using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A flat YAML mapping for readers of YAML 1.1 and 1.2. Names and values stand between double quotes, so that <c>yes</c>, <c>0123</c>, <c>1e3</c>,
/// <c>null</c> and <c>~</c> stay text; what is not printable in YAML 1.1 (4.1.1) or 1.2.2 (5.1), and every kind of line break (U+0085, U+2028 and
/// U+2029 are some in 1.1), is written with an escape that both have.
/// </summary>
internal sealed class YamlFormat : VariableFormat
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(EscapedText.Escapable);

    public override string Name => "yaml";

    public override string MediaType => "application/yaml";

    public override string Consumer => "a reader of YAML 1.1 or 1.2";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            output.Write("\""u8);
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("\": \""u8);
            EscapedText.Write(variable.Value.Span, Special, EscapedText.WriteEscape, output);
            output.Write("\"\n"u8);
        }

        if (variables.Count == 0)
        {
            output.Write("{}\n"u8);
        }
    }
}
