using System.Buffers;
using System.Security.Cryptography;

namespace SecretsService.Idempotency;

/// <summary>A stream that keeps what is written to it, for answers that may hold a value: it zeroes what it leaves behind.</summary>
internal sealed class ZeroingStream : Stream
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4_096);
    private int _used;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _used);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _used;

    public override long Position
    {
        get => _used;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_used + buffer.Length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_used + buffer.Length, _bytes.Length * 2));
            Written.CopyTo(larger);
            Release();
            _bytes = larger;
        }

        buffer.CopyTo(_bytes.AsSpan(_used));
        _used += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // Those of the base class copy what they are given into arrays of the pool that they do not clear.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Everything is where it stays.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _bytes.Length > 0)
        {
            Release();
            _bytes = [];
            _used = 0;
        }

        base.Dispose(disposing);
    }

    private void Release()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        ArrayPool<byte>.Shared.Return(_bytes);
    }
}
