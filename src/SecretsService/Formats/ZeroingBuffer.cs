using System.Buffers;
using System.Security.Cryptography;

namespace SecretsService.Formats;

/// <summary>A growing buffer for plaintext: it zeroes what it leaves behind, when it grows and when it is disposed of.</summary>
internal sealed class ZeroingBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes;
    private int _used;

    public ZeroingBuffer(int capacityBytes) => _bytes = ArrayPool<byte>.Shared.Rent(capacityBytes);

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _used);

    /// <summary>Begins anew; what was written is zeroed at the latest on disposal.</summary>
    public void Reset() => _used = 0;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _used + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
            Written.CopyTo(larger);
            Release();
            _bytes = larger;
        }

        return _bytes.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        Release();
        _bytes = [];
        _used = 0;
    }

    private void Release()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        ArrayPool<byte>.Shared.Return(_bytes);
    }
}
