using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// The file <c>.env</c> and the files of <c>env_file:</c> as Docker Compose reads them: compose-go v2.13.0, dotenv/parser.go, godotenv.go and
/// template/template.go. Between double quotes it undoes <c>\n \r \" \\ \$</c> and some escapes more, and then expands <c>$NAME</c>, so a dollar is
/// always escaped. There is no value that it cannot carry.
/// </summary>
internal sealed class ComposeFormat : VariableFormat
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\"\\$\n\r"u8);

    public override string Name => "compose";

    public override string Consumer => "docker compose: .env and env_file";

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("=\""u8);
            EscapedText.Write(variable.Value.Span, Special, WriteEscape, output);
            output.Write("\"\n"u8);
        }
    }

    private static int WriteEscape(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write(text[0] switch
        {
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'"' => "\\\""u8,
            (byte)'$' => "\\$"u8,
            // Older versions take the quote after any backslash for an escaped one: a last backslash is written in octal.
            _ => text.Length == 1 ? "\\0134"u8 : "\\\\"u8,
        });
        return 1;
    }
}
