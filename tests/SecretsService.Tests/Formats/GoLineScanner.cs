namespace SecretsService.Tests.Formats;

/// <summary>Go 1.24's bufio.Scanner with bufio.ScanLines (src/bufio/scan.go): its buffer, and so the longest line that it reads.</summary>
internal sealed class GoLineScanner(byte[] file)
{
    private const int MaxScanTokenSize = 64 * 1024;
    private const int StartBufSize = 4096;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _read;

    private bool AtEnd => _read > file.Length;

    public IEnumerable<byte[]> Lines()
    {
        while (true)
        {
            if ((_end > _start || AtEnd) && TakeLine() is { } line)
            {
                yield return line;
                continue;
            }

            if (AtEnd)
            {
                yield break;
            }

            MakeRoom();
            Fill();
        }
    }

    private byte[]? TakeLine()
    {
        var data = _buffer.AsSpan(_start, _end - _start);
        var feed = data.IndexOf((byte)'\n');
        if (feed < 0 && (!AtEnd || data.IsEmpty))
        {
            return null;
        }

        var line = feed < 0 ? data : data[..feed];
        _start += feed < 0 ? data.Length : feed + 1;
        return (line.EndsWith("\r"u8) ? line[..^1] : line).ToArray();
    }

    private void MakeRoom()
    {
        if (_start > 0 && (_end == _buffer.Length || _start > _buffer.Length / 2))
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        if (_buffer.Length >= MaxScanTokenSize)
        {
            throw new FormatException("bufio.Scanner: token too long");
        }

        Array.Resize(ref _buffer, Math.Min(_buffer.Length == 0 ? StartBufSize : _buffer.Length * 2, MaxScanTokenSize));
    }

    // A read at the end of the file gives no bytes and io.EOF.
    private void Fill()
    {
        var count = Math.Min(_buffer.Length - _end, file.Length - _read);
        Buffer.BlockCopy(file, _read, _buffer, _end, count);
        _end += count;
        _read += count == 0 ? 1 : count;
    }
}
