package telegram

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // pictures a bot may send
	"image/jpeg"
	_ "image/png"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// maxDownload is the largest file in bytes that getFile hands out (Bot API, getFile).
const maxDownload = 20 << 20

// file is one stored file. Thumbnails of a photo are made from origin when somebody asks for them.
type file struct {
	id, unique, kind  string // kind: Photo, Document, Sticker, VoiceNote, as Telegram's errors name them
	name, contentType string
	path              string
	data              []byte
	width, height     int
	origin            *file
	size              int // longest side of a thumbnail
}

// picture is a decoded upload.
type picture struct {
	img           image.Image
	width, height int
	format        string
}

// examinePictures decodes uploads where the method wants pictures; outside the lock, as it takes time.
func (c *call) examinePictures() {
	switch c.method {
	case "sendPhoto", "sendMediaGroup", "editMessageMedia":
		for _, up := range c.files {
			up.picture, up.pictureErr = decodePicture(up.data)
		}
	}
}

// decodePicture refuses what Telegram refuses as a photo: size, sides, ratio, or no picture at all.
func decodePicture(data []byte) (*picture, *apiError) {
	if len(data) == 0 {
		return nil, badRequest("file must be non-empty")
	}
	if len(data) > maxPhoto {
		return nil, badRequest("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(data), maxPhoto)
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	}
	if w, h := cfg.Width, cfg.Height; w <= 0 || h <= 0 || w+h > 10000 || w > 20*h || h > 20*w {
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	}
	return &picture{img: img, width: cfg.Width, height: cfg.Height, format: format}, nil
}

// store keeps a file and gives it its identifiers. s.mu must be held.
func (s *Server) store(f *file) *file {
	sum := sha256.Sum256(append([]byte(f.kind+strconv.Itoa(f.size)), f.content()...))
	serial := len(s.files) + 1
	f.unique = "AQAD" + base64.RawURLEncoding.EncodeToString(sum[:9])
	f.id = map[string]string{"Photo": "AgAC", "Document": "BQAC", "Sticker": "CAAC", "VoiceNote": "AwAC"}[f.kind] +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%06d", serial)) + base64.RawURLEncoding.EncodeToString(sum[9:30])
	if f.path == "" {
		folder := map[string]string{"Photo": "photos", "Document": "documents", "Sticker": "stickers", "VoiceNote": "voice"}[f.kind]
		f.path = fmt.Sprintf("%s/file_%d%s", folder, serial, path.Ext(f.name))
	}
	s.files[f.id] = f
	return f
}

// content is what a download gives; a thumbnail is drawn here.
func (f *file) content() []byte {
	if f.origin == nil {
		return f.data
	}
	src, _, err := image.Decode(bytes.NewReader(f.origin.data))
	if err != nil {
		return f.origin.data
	}
	small := image.NewRGBA(image.Rect(0, 0, f.width, f.height))
	b := src.Bounds()
	for y := range f.height {
		for x := range f.width {
			small.Set(x, y, src.At(b.Min.X+x*b.Dx()/f.width, b.Min.Y+y*b.Dy()/f.height))
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, nil); err != nil {
		return f.origin.data
	}
	return out.Bytes()
}

// storePhoto keeps a picture with the smaller sizes Telegram makes, smallest first. s.mu must be held.
func (s *Server) storePhoto(data []byte, pic *picture) []photoSize {
	extension := map[string]string{"jpeg": ".jpg"}[pic.format]
	if extension == "" {
		extension = "." + pic.format
	}
	full := s.store(&file{kind: "Photo", name: "photo" + extension, contentType: "image/" + pic.format, data: data,
		width: pic.width, height: pic.height})
	longest := max(pic.width, pic.height)
	var sizes []photoSize
	for _, side := range []int{90, 320, 800, 1280} {
		if side >= longest {
			break
		}
		w, h := max(pic.width*side/longest, 1), max(pic.height*side/longest, 1)
		sizes = append(sizes, s.storeThumbnail(full, side, w, h))
	}
	return append(sizes, photoSize{FileID: full.id, FileUniqueID: full.unique, FileSize: len(data), Width: pic.width, Height: pic.height})
}

func (s *Server) storeThumbnail(origin *file, side, width, height int) photoSize {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", origin.unique, side))
	f := &file{id: origin.id + strconv.Itoa(side), unique: "AQAD" + base64.RawURLEncoding.EncodeToString(sum[:9]), kind: "Photo",
		name: "photo.jpg", contentType: "image/jpeg", path: fmt.Sprintf("%s_%d.jpg", strings.TrimSuffix(origin.path, path.Ext(origin.path)), side),
		width: width, height: height, origin: origin, size: side}
	s.files[f.id] = f
	return photoSize{FileID: f.id, FileUniqueID: f.unique, Width: width, Height: height}
}

func (s *Server) storeDocument(name, contentType string, data []byte) *wireDocument {
	if name == "" {
		name = "file"
	}
	if contentType == "" || contentType == "application/octet-stream" {
		contentType = mime.TypeByExtension(path.Ext(name))
	}
	if contentType == "" {
		contentType = http.DetectContentType(data)
	}
	contentType, _, _ = strings.Cut(contentType, ";")
	f := s.store(&file{kind: "Document", name: name, contentType: contentType, data: data})
	return &wireDocument{FileID: f.id, FileUniqueID: f.unique, FileName: name, MimeType: contentType, FileSize: len(data)}
}

// inputFile resolves a parameter that is an upload, attach://upload or the id of a stored file of that kind.
func (s *Server) inputFile(c *call, field, value, kind string) (*upload, *file, *apiError) {
	if up, ok := c.files[field]; ok && value == "" {
		return up, nil, nil
	}
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		if up, ok := c.files[name]; ok {
			return up, nil, nil
		}
		return nil, nil, badRequest("can't find the attached file %q", name)
	}
	f, ok := s.files[value]
	switch {
	case ok && f.kind != kind:
		return nil, nil, badRequest("can't use file of type %s as %s", f.kind, kind)
	case ok:
		return nil, f, nil
	}
	// Telegram would fetch a web address; this server doesn't touch the network.
	return nil, nil, badRequest("wrong file identifier/HTTP URL specified")
}

// getFile serves the method of that name.
func (s *Server) getFile(c *call) (any, *apiError) {
	f, ok := s.files[c.params["file_id"]]
	if !ok {
		return nil, badRequest("invalid file_id")
	}
	size := len(f.data)
	if f.origin != nil {
		size = len(f.content())
	}
	if size > maxDownload {
		return nil, badRequest("file is too big")
	}
	return map[string]any{"file_id": f.id, "file_unique_id": f.unique, "file_size": size, "file_path": f.path}, nil
}

// serveFile serves downloads: <token>/<path>.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, rest string) {
	token, name, _ := strings.Cut(rest, "/")
	if token != s.cfg.Token {
		answer(w, nil, &apiError{Code: http.StatusUnauthorized, Description: "Unauthorized"})
		return
	}
	var data []byte
	found := false
	s.mu.Lock()
	for _, f := range s.files {
		if f.path == name {
			data, found = f.content(), true
			break
		}
	}
	s.mu.Unlock()
	if !found {
		answer(w, nil, &apiError{Code: http.StatusNotFound, Description: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // the client may have gone
	}
}

// File returns a stored file for the page. The error is ErrNoFile for an unknown id.
func (s *Server) File(fileID string) (name, contentType string, data []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[fileID]
	if !ok {
		return "", "", nil, ErrNoFile
	}
	return f.name, f.contentType, f.content(), nil
}
