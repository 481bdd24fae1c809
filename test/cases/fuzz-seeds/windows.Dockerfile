# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN Invoke-WebRequest `
      -Uri https://example.org/cuda_11.8.0_windows.exe `
      -OutFile C:\cuda.exe; `
    Start-Process C:\cuda.exe -ArgumentList '-s' -Wait
ENV CUDA_PATH="C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v11.8"
