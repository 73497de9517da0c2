using System.Buffers;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A file for <c>docker run --env-file</c> (docker/cli 28, pkg/kvfile/kvfile.go): everything after the first <c>=</c> of a line is the value, quotes
/// and spaces included. There are no escapes, so what would end the line cannot stand in a value.
/// </summary>
internal sealed class DockerFormat : VariableFormat
{
    // Go's bufio.Scanner holds bufio.MaxScanTokenSize (65,536) bytes, and must hold the line with its line feed.
    private const int LineBytes = 65_535;

    public override string Name => "docker";

    public override string Consumer => "docker run --env-file";

    public override bool CarriesLineBreaks => false;

    public override string? FaultOfSize(string name, int valueBytes) =>
        name.Length + 1 + valueBytes > LineBytes
            ? $"The line would have {Sizes.Text(name.Length + 1 + valueBytes)}, and Docker reads {Sizes.Text(LineBytes)} at most: name, equals sign and value. "
                + "Hand the value over as a file."
            : null;

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        foreach (var variable in variables)
        {
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("="u8);
            output.Write(variable.Value.Span);
            output.Write("\n"u8);
        }
    }

    // A carriage return within a line stays; one at its end is dropped (Go's bufio.ScanLines).
    protected override string? FaultOfValue(Variable variable) =>
        variable.Value.Span.Contains((byte)'\n')
            ? "The value has a line break, which a file for docker run --env-file cannot carry. Use the format compose or shell, or hand the value over as a file."
            : variable.Value.Span.EndsWith("\r"u8)
                ? "The value ends with a carriage return, which Docker would drop from the end of the line. Remove it, or use the format compose or shell."
                : null;
}
