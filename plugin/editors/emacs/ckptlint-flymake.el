;;; ckptlint-flymake.el --- Checkpoints that do not fit, in Flymake -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "27.1"))

;;; Commentary:

;; (require 'ckptlint-flymake)
;; (add-hook 'c++-mode-hook #'ckptlint-flymake-setup)
;;
;; The buffer's text is checked as it stands, saved or not: it goes to `ckptlint check --stdin'.

;;; Code:

(require 'flymake)

(defgroup ckptlint nil "Checkpoints that do not fit the models that load them." :group 'tools)
(defcustom ckptlint-program "ckptlint" "The program ckptlint." :type 'string)
(defcustom ckptlint-arguments nil "More options of `ckptlint check'." :type '(repeat string))

(defvar-local ckptlint-flymake--process nil "The check that is running for this buffer.")

(defconst ckptlint-flymake--line
  "^\\(/.*?\\):\\([0-9]+\\):\\([0-9]+\\): \\(error\\|warning\\|note\\): \\(.*\\)$"
  "What `ckptlint check --format=lines' prints.")

(defun ckptlint-flymake--read (source file)
  "Diagnostics for buffer SOURCE, which visits FILE, from the current buffer."
  (let (found)
    (goto-char (point-min))
    (while (re-search-forward ckptlint-flymake--line nil t)
      (let ((line (string-to-number (match-string 2)))
            (column (string-to-number (match-string 3)))
            (type (pcase (match-string 4) ("error" :error) ("warning" :warning) (_ :note)))
            (text (match-string 5)))
        (when (string= (file-truename (match-string 1)) file)
          (pcase-let ((`(,begin . ,end) (flymake-diag-region source line column)))
            (push (flymake-make-diagnostic source begin end type text) found)))))
    (nreverse found)))

(defun ckptlint-flymake (report-fn &rest _)
  "A Flymake backend; REPORT-FN takes what was found."
  (unless (executable-find ckptlint-program)
    (error "There is no %s" ckptlint-program))
  (when (process-live-p ckptlint-flymake--process)
    (kill-process ckptlint-flymake--process))
  (let* ((source (current-buffer))
         (file (file-truename (buffer-file-name))))
    (setq ckptlint-flymake--process
          (make-process
           :name "ckptlint" :noquery t :connection-type 'pipe
           :buffer (generate-new-buffer " *ckptlint*")
           :stderr (make-pipe-process :name "ckptlint-errors" :noquery t :buffer nil :filter #'ignore :sentinel #'ignore)
           :command (append (list ckptlint-program "check" "--format=lines" "--stdin" "--stdin-filename" file)
                            ckptlint-arguments)
           :sentinel
           (lambda (process _event)
             (when (memq (process-status process) '(exit signal))
               (unwind-protect
                   (when (and (buffer-live-p source)
                              (eq process (buffer-local-value 'ckptlint-flymake--process source)))
                     (if (<= (process-exit-status process) 1)
                         (with-current-buffer (process-buffer process)
                           (funcall report-fn (ckptlint-flymake--read source file)))
                       (funcall report-fn nil :explanation "ckptlint could not check this file")))
                 (kill-buffer (process-buffer process)))))))
    (save-restriction
      (widen)
      (process-send-region ckptlint-flymake--process (point-min) (point-max))
      (process-send-eof ckptlint-flymake--process))))

;;;###autoload
(defun ckptlint-flymake-setup ()
  "Check this buffer with ckptlint, too."
  (add-hook 'flymake-diagnostic-functions #'ckptlint-flymake nil t)
  (flymake-mode 1))

(provide 'ckptlint-flymake)
;;; ckptlint-flymake.el ends here
