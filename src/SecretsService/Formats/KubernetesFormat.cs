using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace SecretsService.Formats;

/// <summary>
/// A Secret for <c>kubectl apply --server-side -f -</c> (Kubernetes API v1, Secret). Without <c>--server-side</c> kubectl keeps a copy of the whole
/// manifest in an annotation, which may have 262,144 bytes only.
/// </summary>
internal sealed class KubernetesFormat : VariableFormat
{
    // kubernetes/kubernetes, pkg/apis/core/types.go: MaxSecretSize. ValidateSecret compares the lengths of all values with it, before base64.
    private const int SecretBytes = 1024 * 1024;

    // k8s.io/apimachinery, util/validation: IsConfigMapKey takes [-._a-zA-Z0-9]+, which every name is, of DNS1123SubdomainMaxLength at most.
    private const int KeyLength = 253;

    public override string Name => "kubernetes";

    public override string MediaType => "application/yaml";

    public override string Consumer => "kubectl apply --server-side -f -";

    public override string? FaultOfName(string name) =>
        name.Length > KeyLength ? $"The name has {name.Length} characters, and a key of a Secret has {KeyLength} at most. Choose a shorter name." : null;

    public override string? FaultOfSize(string name, int valueBytes) =>
        valueBytes > SecretBytes ? $"The value has {Sizes.Text(valueBytes)}, and a Secret {Sizes.Text(SecretBytes)} at most." : null;

    public override void Write(IReadOnlyList<Variable> variables, FormatContext context, IBufferWriter<byte> output)
    {
        output.Write("apiVersion: v1\nkind: Secret\nmetadata:\n  name: \""u8);
        Encoding.ASCII.GetBytes(context.ResourceName, output);
        output.Write("\"\ntype: Opaque\ndata:"u8);
        foreach (var variable in variables)
        {
            output.Write("\n  \""u8);
            Encoding.ASCII.GetBytes(variable.Name, output);
            output.Write("\": \""u8);
            WriteBase64(variable.Value.Span, output);
            output.Write("\""u8);
        }

        output.Write(variables.Count == 0 ? " {}\n"u8 : "\n"u8);
    }

    protected override string? FaultOfAll(IReadOnlyList<Variable> variables)
    {
        var bytes = variables.Sum(v => (long)v.Value.Length);
        return bytes > SecretBytes
            ? $"All values together have {Sizes.Text(bytes)}, and a Secret has {Sizes.Text(SecretBytes)} at most. {Sizes.Largest(variables)}"
            : null;
    }

    private static void WriteBase64(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length));
        Base64.EncodeToUtf8(value, span, out _, out var written);
        output.Advance(written);
    }
}
